import { Memo } from '../cache/memo.ts';
import { siteName } from '../hit/site-name.ts';
import { AnyLineParser } from './any-line.ts';
import { LINE_FEED } from './ascii.ts';
import { FastPathParser } from './fast-path-parser.ts';
import type { LineRules } from './format.ts';
import { createLineFacts, fillFacts, type LineFacts } from './line-facts.ts';
import type { LineOutcome } from './line-outcome.ts';
import { createLogLine } from './log-line.ts';
import { LogZone } from './log-zone.ts';

/** Host names whose site is cached, and their length. */
const HOSTS = { most: 1000, longest: 300 };

/**
 * Parses the lines of a log's chunks, one after another: usual lines fast, all others by `AnyLineParser`.
 *
 * @example
 * const parser = new LineParser(ANY_LINE, 'example.com');
 * parser.open(bytes);
 * for (let at = 0; at < bytes.length; ) {
 *   at = parser.next(at);
 *   if (parser.outcome === 'read') take(parser.facts);
 * }
 */
export class LineParser {
  /** The facts of the last line, if its outcome is `read`. Reused for each line. */
  readonly facts: LineFacts = createLineFacts();
  /** Of the last line. */
  outcome: LineOutcome = 'blank';
  readonly #rules: LineRules;
  readonly #others: AnyLineParser;
  readonly #sites: Memo<string>;
  readonly #usual: FastPathParser;
  readonly #line = createLogLine();
  readonly #zone: LogZone | undefined;
  #bytes: Buffer = Buffer.alloc(0);

  /** @param site site of lines that name no host */
  constructor(rules: LineRules, site: string) {
    this.#rules = rules;
    this.#others = new AnyLineParser(rules);
    this.#zone = rules.timezone === undefined ? undefined : new LogZone(rules.timezone);
    this.#sites = new Memo(HOSTS, (host) => siteName(host) || site);
    this.#usual = new FastPathParser(rules, (host) => this.#sites.of(host));
  }

  /**
   * @param bytes whole lines; the last one may lack its line feed
   * @param directive the last `#Fields:` before them; undefined if it has not changed
   */
  open(bytes: Buffer, directive?: string): void {
    this.#others.describe(directive);
    this.#bytes = bytes;
    this.#usual.open(bytes);
  }

  /**
   * Parses the line that begins at `start`.
   *
   * @returns where the next line begins
   */
  next(start: number): number {
    const next = this.#rules.pattern ? -1 : this.#usual.read(start, this.facts);
    if (next < 0) return this.#parseUnusual(start);
    this.outcome = 'read';
    return next;
  }

  #parseUnusual(start: number): number {
    const bytes = this.#bytes;
    let end = bytes.indexOf(LINE_FEED, start);
    if (end < 0) end = bytes.length;
    this.outcome = this.#others.parse(bytes.toString('utf8', start, end), this.#line);
    if (this.outcome !== 'read') return end + 1;
    if (this.#line.isLocalTime && this.#zone) this.#line.timeMs = this.#zone.timeOf(this.#line.timeMs);
    fillFacts(this.facts, this.#line, this.#sites.of(this.#line.host));
    return end + 1;
  }
}
