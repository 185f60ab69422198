/**
 * Statistics over samples of a log, to check it before the import: if clients or hosts are misread, the import succeeds, and its
 * wrong numbers are hard to undo.
 */

import { isBot } from '../hit/bot-name.ts';
import { DAY } from '../timing/units.ts';
import { removeFoundNames } from './any-line.ts';
import { LINE_FEED } from './ascii.ts';
import type { LineRules } from './format.ts';
import type { LineFacts } from './line-facts.ts';
import { LOG_FAILURES, type LogFailure } from './line-outcome.ts';
import { LineParser } from './line-parser.ts';
import { isAddress, isHostName, isPublic } from './words.ts';

/** Lines that are kept as examples. */
const EXAMPLES = 3;

/** An example of a line that is read. */
export interface ExampleLine {
  readonly text: string;
  readonly facts: Readonly<LineFacts>;
}

/** Counts lines of samples that indicate a wrong format or configuration. */
export class Survey {
  /** Lines that are not blank, and those that are read. */
  lines = 0;
  read = 0;
  /** Lines from clients that are neither addresses nor host names. */
  unnamedClients = 0;
  /** Lines whose host is an address. */
  addressHosts = 0;
  /** Lines that name no host. */
  withoutHost = 0;
  bots = 0;
  withAgent = 0;
  /** Lines with a status of 400 or more. */
  errors = 0;
  /** Lines whose time is more than a day ahead. */
  future = 0;
  readonly failures = new Map<LogFailure, number>();
  readonly examples: ExampleLine[] = [];
  /** The first line that is not read. */
  unread: string | undefined;
  /** Names of JSON fields that the user states, and that no line has. */
  readonly missingNames: Set<string>;
  readonly #clients = new Map<string, { lines: number; readonly agents: Set<string> }>();
  readonly #hosts = new Set<string>();
  readonly #parser: LineParser;
  readonly #now: number;

  /**
   * @param site site of lines that name no host
   * @param now milliseconds since 1970
   */
  constructor(rules: LineRules, site: string, now: number) {
    this.#parser = new LineParser(rules, site);
    this.missingNames = new Set(Object.values(rules.fields ?? {}).flat());
    this.#now = now;
  }

  /** @param bytes whole lines; the last one may lack its line feed */
  add(bytes: Buffer): void {
    this.#parser.open(bytes);
    for (let at = 0; at < bytes.length; ) {
      const next = this.#parser.next(at);
      const { outcome } = this.#parser;
      if (outcome !== 'blank') this.lines++;
      if (this.missingNames.size > 0) removeFoundNames(textOf(bytes, at, next), this.missingNames);
      if (outcome === 'read') this.#addLine(bytes, at, next);
      else if (outcome !== 'blank') {
        this.failures.set(outcome, (this.failures.get(outcome) ?? 0) + 1);
        this.unread ??= textOf(bytes, at, next);
      }
      at = next;
    }
  }

  /** Distinct hosts that are addresses. */
  get distinctAddressHosts(): number {
    return this.#hosts.size;
  }

  /** The client of most lines. */
  get busiest(): { client: string; lines: number; agents: number; isPublic: boolean } | undefined {
    const [first] = [...this.#clients].toSorted(([, a], [, b]) => b.lines - a.lines);
    if (first === undefined) return undefined;
    const [client, { lines, agents }] = first;
    return { client, lines, agents: agents.size, isPublic: isPublic(client) };
  }

  /** A client that is neither an address nor a host name. */
  get unnamedClient(): string {
    return [...this.#clients.keys()].find((client) => !isNamed(client)) ?? '';
  }

  /** The most frequent reason why a line is not read. */
  get commonFailure(): string {
    const [first] = [...this.failures].toSorted(([, a], [, b]) => b - a);
    return first === undefined ? '' : LOG_FAILURES[first[0]];
  }

  #addLine(bytes: Buffer, at: number, next: number): void {
    const { facts } = this.#parser;
    this.read++;
    if (this.examples.length < EXAMPLES)
      this.examples.push({ text: textOf(bytes, at, next), facts: { ...facts } });
    const client = this.#clients.get(facts.peer) ?? { lines: 0, agents: new Set<string>() };
    this.#clients.set(facts.peer, client);
    client.lines++;
    client.agents.add(facts.userAgent);
    if (!isNamed(facts.peer)) this.unnamedClients++;
    if (facts.hostname === '') this.withoutHost++;
    else if (isAddress(facts.hostname)) {
      this.addressHosts++;
      this.#hosts.add(facts.hostname);
    }
    if (facts.userAgent !== '') {
      this.withAgent++;
      if (isBot(facts.userAgent)) this.bots++;
    }
    if (facts.status >= 400) this.errors++;
    if (facts.time > this.#now + DAY) this.future++;
  }
}

function isNamed(client: string): boolean {
  return isAddress(client) || isHostName(client);
}

function textOf(bytes: Buffer, from: number, to: number): string {
  const end = bytes[to - 1] === LINE_FEED ? to - 1 : to;
  return bytes.toString('utf8', from, end).trimEnd();
}
