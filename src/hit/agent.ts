import Bowser from 'bowser';
import { Memo, owned } from '../cache/memo.ts';
import { botName, LONGEST_AGENT } from './bot-name.ts';
import { type Digest, KeyedHash } from './hash.ts';

export interface Agent {
  /** Digest of the whole text: part of the visitor's identity. */
  readonly digest: Digest;
  /** Name of the bot, or '' for a person's browser. */
  readonly bot: string;
  readonly browser: string;
  /** Major version: `133`. */
  readonly browserVersion: string;
  readonly os: string;
  /** Major version, or as it is usually called: `14`, `10.15`, `XP`. */
  readonly osVersion: string;
  readonly device: string;
}

/** Valid browser names: for an unknown agent, bowser may return any text as the name. */
const BROWSER_NAME = /^\w[\w .+-]{0,39}$/;

const agents = new Memo({ most: 20_000, longest: LONGEST_AGENT }, parse);
/** The key need not be secret: a client that forges two agents with one digest only becomes one visitor. */
const digests = new KeyedHash(new Uint8Array(16));

/**
 * Parses a user agent: bot or browser, operating system, device. The same string is parsed once.
 *
 * Sources: isbot for bots, bowser for the rest.
 *
 * @example
 * agentOf('Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)').bot; // 'Googlebot'
 */
export function agentOf(userAgent: string): Agent {
  const agent = agents.of(userAgent);
  return userAgent.length > LONGEST_AGENT ? { ...agent, digest: digestOf(userAgent) } : agent;
}

function digestOf(userAgent: string): Digest {
  const { high, low } = digests.digest(userAgent);
  return { high, low };
}

function parse(userAgent: string): Agent {
  const digest = digestOf(userAgent);
  const bot = botName(userAgent);
  if (userAgent === '' || userAgent === '-')
    return { digest, bot, browser: '', browserVersion: '', os: '', osVersion: '', device: '' };
  const { browser, os, platform } = Bowser.parse(userAgent);
  const isNamed = browser.name !== undefined && BROWSER_NAME.test(browser.name);
  return {
    digest,
    bot,
    browser: isNamed ? browser.name! : '',
    browserVersion: isNamed ? majorOf(browser.version ?? '') : '',
    os: os.name ?? '',
    osVersion: osVersionOf(os),
    device: platform.type === undefined || platform.type === 'bot' ? '' : platform.type,
  };
}

function majorOf(version: string): string {
  return owned(/^\d{1,6}(?!\d)/.exec(version)?.[0] ?? '');
}

/** Windows is known by its name, and Mac OS X by two numbers: all of its versions began with 10. */
function osVersionOf({ name, version = '', versionName = '' }: Bowser.Parser.OSDetails): string {
  if (name === 'Windows') return /^(?:[\d.]{1,4}|XP|Vista)$/.test(versionName) ? versionName : '';
  if (name === 'macOS' && version.startsWith('10.')) return owned(/^10\.\d{1,2}/.exec(version)?.[0] ?? '10');
  return majorOf(version);
}
