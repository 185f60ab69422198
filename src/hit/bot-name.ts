/** Which user agents are bots, and what they are called. Source: isbot. */
import { Memo, owned } from '../cache/memo.ts';
import { BOT_PATTERNS } from './bot-patterns.ts';

/** Beyond this length a user agent holds nothing useful, and patterns get slow. */
export const LONGEST_AGENT = 1024;

/** Bot name of a request without a user agent. */
const NO_AGENT = '(no user agent)';
/** Bot name if the user agent contains no usable name. */
const UNNAMED = '(unnamed)';
const LONGEST_BOT_NAME = 60;

const BOT = new RegExp(BOT_PATTERNS.join('|'), 'i');

/** The patterns take more than a microsecond. Few agents are common, so a small table, of 1 MB at most, saves nearly all of that. */
const bots = new Memo({ most: 1000, longest: LONGEST_AGENT }, (userAgent) => botName(userAgent) !== '');

/** Whether a user agent is a bot's, or missing. */
export function isBot(userAgent: string): boolean {
  return bots.of(userAgent);
}

/** Words that say that an agent is a bot, not which one. */
const NO_NAME = /^(?:mozilla|https?|bot|robot|spider|crawler)$/i;

/**
 * The name of the bot that a user agent says: the whole word around isbot's match, without its version; '' for a person's
 * browser.
 *
 * @param userAgent at most `LONGEST_AGENT` characters of it
 * @example
 * botName('Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'); // 'Googlebot'
 */
export function botName(userAgent: string): string {
  if (userAgent === '' || userAgent === '-') return NO_AGENT;
  const match = BOT.exec(userAgent)?.[0];
  if (match === undefined) return '';
  const at = userAgent.indexOf(match);
  if (at < 0) return UNNAMED;
  const before = /[\w.-]*$/.exec(userAgent.slice(0, at))?.[0] ?? '';
  const after = /^[\w.-]*/.exec(userAgent.slice(at + match.length))?.[0] ?? '';
  const word = wordOf(`${before}${match}${after}`.replaceAll(/^\W+|\W+$/g, ''));
  const name = (NO_NAME.test(word) ? productName(userAgent) : '') || word;
  return name === '' ? UNNAMED : owned(name);
}

/** Where bots say their own name: after `compatible;`, else at the beginning; '' if there is a browser's. */
function productName(userAgent: string): string {
  const compatible = /\bcompatible;\s*/.exec(userAgent);
  const start = compatible ? compatible.index + compatible[0].length : 0;
  const name = wordOf(userAgent.slice(start).replace(/^Mozilla\/\d\.\d /, ''));
  return NO_NAME.test(name) || /^(?:Mozilla|MSIE)\b/.test(name) ? '' : name;
}

function wordOf(text: string): string {
  return /^[\w .!-]*/.exec(text)![0].trim().slice(0, LONGEST_BOT_NAME).trimEnd();
}
