/**
 * The fields of a line before its timestamp. Nearly always they are `address ident user`, with or without a host before
 * them. But with proxies there is a list of addresses, and programs that forward lines put words before it. So in a line of
 * another shape, each word is classified: the client is one of the consecutive addresses before the ident, a dash.
 */

import { Memo } from '../cache/memo.ts';
import { DASH, SPACE } from './ascii.ts';
import type { LineRules } from './format.ts';
import type { LogLine } from './log-line.ts';
import { endOfPrefixes } from './prefix.ts';
import { clientOfList, hasServerPort, hostNameOf, isAddress, isHostName } from './words.ts';

/** Characters that are searched for host and address: a user's name may have any length. */
const LONGEST_HEAD = 2000;

/** An address or a host, alone in its word. */
const PLAIN_WORD = /^(?:[\w.:-]*[\w.]|[\da-f:]*::|\[[\da-f:.]+\](?::\d+)?)$/i;
/** An address, or a name with a dot. A word without one may be of a program, before an address. */
const CLIENT = /^(?:[\da-f:.[\]]*:[\da-f:.[\]]*|[^:]*\.[^:]*)$/i;

/**
 * Reads host, address and user.
 *
 * @param to index of the space before the timestamp
 * @returns whether there is a client
 */
export function readClient(line: string, to: number, rules: LineRules, out: LogLine): boolean {
  let from = 0;
  while (line.charCodeAt(from) <= SPACE) from++;
  out.host = '';
  out.user = '';
  if (readPlainClient(line, from, to, rules, out)) return true;
  const head = line.slice(from, Math.min(to, from + LONGEST_HEAD));
  const client = head.length > CACHED.longest ? unusualClient(head, rules) : CACHES[rules.host].of(head);
  out.host = client.host;
  out.address = client.address;
  out.user = client.user;
  return client.address !== '';
}

type Client = Pick<LogLine, 'host' | 'address' | 'user'>;
type HostRule = Pick<LineRules, 'host'>;

/** Heads of unusual lines that are cached, and their length: clients repeat. */
const CACHED = { most: 20_000, longest: 200 };
const CACHES: Readonly<Record<LineRules['host'], Memo<Client>>> = {
  always: cacheOf('always'),
  usually: cacheOf('usually'),
  sometimes: cacheOf('sometimes'),
  never: cacheOf('never'),
};

function cacheOf(host: LineRules['host']): Memo<Client> {
  return new Memo(CACHED, (head) => unusualClient(head, { host }));
}

/** @returns an empty address if there is no client */
function unusualClient(head: string, rules: HostRule): Client {
  const out: Client = { host: '', address: '', user: '' };
  const start = endOfPrefixes(head);
  const isPlain = start > 0 && readPlainClient(head, start, head.length, rules, out);
  if (!isPlain) readUnusualClient(head.slice(start), rules, out);
  return out;
}

/** Reads `address - user` and `host address - user`. */
function readPlainClient(line: string, from: number, to: number, rules: HostRule, out: Client): boolean {
  const end = wordEnd(line, from, to);
  const first = line.slice(from, end);
  if (!PLAIN_WORD.test(first)) return false;
  if (isDash(line, end + 1, to)) {
    if (!CLIENT.test(first)) return false;
    out.address = first;
    out.user = line.slice(end + 3, to);
    return true;
  }
  if (rules.host === 'never' || (rules.host !== 'always' && !isHostName(first))) return false;
  const addressEnd = wordEnd(line, end + 1, to);
  const address = line.slice(end + 1, addressEnd);
  if (!PLAIN_WORD.test(address) || !isDash(line, addressEnd + 1, to)) return false;
  out.host = hostNameOf(first);
  out.address = address;
  out.user = line.slice(addressEnd + 3, to);
  return true;
}

function wordEnd(line: string, from: number, to: number): number {
  const space = line.indexOf(' ', from);
  return space === -1 || space > to ? to : space;
}

function isDash(line: string, at: number, to: number): boolean {
  return at < to && line.charCodeAt(at) === DASH && (at + 1 === to || line.charCodeAt(at + 1) === SPACE);
}

/** A word of a line's head. */
interface Word {
  readonly text: string;
  /** Index after it. */
  readonly end: number;
  readonly isAddress: boolean;
}

function wordsOf(head: string): Word[] {
  return Array.from(head.matchAll(/[^\s,"()]+/g), ({ 0: word, index }) => {
    const text = withoutFileName(word);
    return { text, end: index + word.length, isAddress: isAddress(text) };
  });
}

/** `grep` puts the name of its file before each line: `access.log:203.0.113.7`. */
function withoutFileName(word: string): string {
  if (isAddress(word)) return word;
  const rest = word.slice(word.indexOf(':') + 1);
  return isAddress(rest) ? rest : word;
}

function readUnusualClient(head: string, rules: HostRule, out: Client): void {
  const words = wordsOf(head);
  if (words.length === 0) return;
  const dash = words.findIndex(({ text }) => text === '-');
  let run = runBeforeDash(words);
  const first = words.findIndex((word) => word.isAddress);
  // Without such a run, the client is the name before the first dash; a user could be called like an address.
  if (!run && first !== -1 && (dash < 1 || first < dash)) run = { from: first, to: endOfRun(words, first) };
  if (run) {
    readRun(words, run, head, rules, out);
  } else {
    const client = dash > 0 ? dash - 1 : rules.host === 'always' && words.length > 1 ? 1 : 0;
    out.address = words[client]!.text;
    out.host = hostBefore(words, client, rules);
    out.user = userAfter(head, words[client]!.end);
  }
}

interface Run {
  readonly from: number;
  /** Index after its last word. */
  readonly to: number;
}

/** The first addresses with a dash after them. */
function runBeforeDash(words: readonly Word[]): Run | undefined {
  for (let from = 0; from < words.length; from++) {
    if (!words[from]!.isAddress) continue;
    const to = endOfRun(words, from);
    if (words[to]?.text === '-') return { from, to };
    from = to;
  }
  return undefined;
}

function endOfRun(words: readonly Word[], from: number): number {
  let to = from;
  while (words[to]?.isAddress) to++;
  return to;
}

function readRun(words: readonly Word[], run: Run, head: string, rules: HostRule, out: Client): void {
  let { from } = run;
  out.host = hostBefore(words, from, rules);
  if (out.host === '' && run.to - from > 1 && isHostAddress(words[from]!, head, rules)) {
    out.host = hostNameOf(words[from]!.text);
    from++;
  }
  out.address = clientOfList(words.slice(from, run.to).map(({ text }) => text));
  const next = words[run.to]?.text ?? '';
  if (out.host === '' && canHaveHost(rules) && isHostName(next)) out.host = hostNameOf(next);
  out.user = userAfter(head, words[run.to - 1]!.end);
}

/** Whether an address before another one is the host's. */
function isHostAddress({ text, end }: Word, head: string, rules: HostRule): boolean {
  // A comma joins the addresses of a list.
  if (head[end] !== ' ' || rules.host === 'never') return false;
  return rules.host !== 'sometimes' || hasServerPort(text);
}

function canHaveHost({ host }: HostRule): boolean {
  return host === 'sometimes' || host === 'usually';
}

function hostBefore(words: readonly Word[], at: number, rules: HostRule): string {
  const word = words[at - 1]?.text;
  if (word === undefined || rules.host === 'never') return '';
  const isHost = rules.host === 'always' ? /^[^\s|<>]*[^:|<>]$/.test(word) && word !== '-' : isHostName(word);
  return isHost ? hostNameOf(word) : '';
}

/** The user from `, ident user`, whatever characters the name has. '' if the fields are missing. */
function userAfter(head: string, end: number): string {
  return /^\S* \S+ (.*)$/s.exec(head.slice(end))?.[1] ?? '';
}
