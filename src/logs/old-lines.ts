import { LINE_FEED } from './ascii.ts';
import { FastPathParser } from './fast-path-parser.ts';
import type { LogFormat } from './format.ts';
import { parseLine } from './line.ts';
import { createLineFacts, fillFacts } from './line-facts.ts';
import { createLogLine } from './log-line.ts';

/** Bytes of an incomplete line that are buffered. */
const LONGEST_HELD = 256 * 1024;

export interface OldLinesOptions {
  readonly format: LogFormat;
  /** @param host as on the line; '' for none */
  readonly siteOf: (host: string) => string;
  /** The retention cutoff of a site, in milliseconds since 1970; 0 for none. */
  readonly cutoffOf: (site: string) => number;
  /** Earlier lines are not imported at all. */
  readonly earliest: number;
}

/**
 * Counts the lines of a log that are older than the retention cutoff of their site. Lines are parsed as in an import, but
 * not converted to hits: no agent, no country, no visitor.
 *
 * @example
 * const old = new OldLines({ format: 'combined', siteOf: () => 'example.com', cutoffOf: () => horizon, earliest: 0 });
 * old.read(bytes);
 * old.bySite; // Map { 'example.com' => 9998 }
 */
export class OldLines {
  /** Readable lines, old or not. */
  lines = 0;
  /** Old lines of each site. */
  readonly bySite = new Map<string, number>();
  readonly #options: OldLinesOptions;
  readonly #usual: FastPathParser;
  readonly #facts = createLineFacts();
  readonly #line = createLogLine();

  constructor(options: OldLinesOptions) {
    this.#options = options;
    this.#usual = new FastPathParser(options.format, options.siteOf);
  }

  /** @param bytes whole lines; the last one may lack its line feed */
  read(bytes: Buffer): void {
    this.#usual.open(bytes);
    for (let at = 0; at < bytes.length; ) {
      const next = this.#usual.read(at, this.#facts);
      if (next >= 0) {
        this.#judge();
        at = next;
        continue;
      }
      const feed = bytes.indexOf(LINE_FEED, at);
      const end = feed < 0 ? bytes.length : feed;
      if (parseLine(bytes.toString('utf8', at, end), this.#options.format, this.#line) === 'read') {
        fillFacts(this.#facts, this.#line, this.#options.siteOf(this.#line.host));
        this.#judge();
      }
      at = end + 1;
    }
  }

  #judge(): void {
    const { site, time } = this.#facts;
    this.lines++;
    if (time < this.#options.earliest || time >= this.#options.cutoffOf(site)) return;
    this.bySite.set(site, (this.bySite.get(site) ?? 0) + 1);
  }
}

/** A log as blocks of whole lines; the last block may lack its line feed, and so may a line that is too long to read. */
export async function* wholeLines(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const end = bytes.length > LONGEST_HELD + chunk.length ? bytes.length : bytes.lastIndexOf(LINE_FEED) + 1;
    if (end > 0) yield bytes.subarray(0, end);
    held = Buffer.from(bytes.subarray(end));
  }
  if (held.length > 0) yield held;
}
