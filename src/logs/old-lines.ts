import { LINE_FEED } from './ascii.ts';
import { FastPathParser } from './fast-path-parser.ts';
import type { LogFormat } from './format.ts';
import { parseLine } from './line.ts';
import { createLineFacts, fillFacts } from './line-facts.ts';
import { createLogLine } from './log-line.ts';

/** Bytes of a line that are held back until it ends. */
const LONGEST_HELD = 256 * 1024;

export interface OldLinesOptions {
  readonly format: LogFormat;
  /** @param host as it stands on a line; '' for none */
  readonly siteOf: (host: string) => string;
  /** The moment before which a site's hits would be deleted, in milliseconds since 1970; 0 for none. */
  readonly cutoffOf: (site: string) => number;
  /** Lines before it are not imported at all. */
  readonly earliest: number;
}

/**
 * Counts lines of a log that are older than hits of their site are kept. Lines are read as the import reads them, but no
 * hit is made of them: no agent, no country, no visitor.
 *
 * @example
 * const old = new OldLines({ format: 'combined', siteOf: () => 'example.com', cutoffOf: () => horizon, earliest: 0 });
 * old.read(bytes);
 * old.bySite; // Map { 'example.com' => 9998 }
 */
export class OldLines {
  /** Lines that can be read, old or not. */
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

/** A log in whole lines, many at once; the last may have no end, and so may one that is too long to be read. */
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
