import Bowser from 'bowser';
import { findBotMatch } from 'isbot';
import { Memo } from './memo.ts';

export interface Agent {
  /** Name of the bot, or '' for a person's browser. */
  readonly bot: string;
  readonly browser: string;
  readonly os: string;
  readonly device: string;
}

/** Bot name of a request that says nothing of its agent. */
const NO_AGENT = '(no user agent)';
/** Beyond this nothing in a user agent helps to tell it, and patterns get slow. */
const LONGEST = 1024;

const agents = new Memo({ most: 20_000, longest: LONGEST }, parse);

/**
 * What a user agent says: bot or browser, system, device. The same string is parsed once.
 *
 * Sources: isbot for bots, bowser for the rest.
 *
 * @example
 * agentOf('Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)').bot; // 'Googlebot'
 */
export function agentOf(userAgent: string): Agent {
  return agents.of(userAgent);
}

function parse(userAgent: string): Agent {
  if (userAgent === '') return { bot: NO_AGENT, browser: '', os: '', device: '' };
  const { browser, os, platform } = Bowser.parse(userAgent);
  return {
    bot: botName(userAgent),
    browser: browser.name ?? '',
    os: os.name ?? '',
    device: platform.type ?? '',
  };
}

/** The whole word around what isbot recognises: `Googlebot`, where the pattern matches only `bot`. */
function botName(userAgent: string): string {
  const match = findBotMatch(userAgent);
  if (match === null) return '';
  const at = userAgent.indexOf(match);
  if (at < 0) return match;
  const before = /[\w.-]*$/.exec(userAgent.slice(0, at))?.[0] ?? '';
  const after = /^[\w.-]*/.exec(userAgent.slice(at + match.length))?.[0] ?? '';
  const name = `${before}${match}${after}`.replaceAll(/^\W+|\W+$/g, '').slice(0, 60);
  return name === '' ? match : name;
}
