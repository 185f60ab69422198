import { LINE_FEED } from './ascii.ts';
import type { LineRules } from './format.ts';
import { MAX_HELD_BYTES } from './line-outcome.ts';
import { LineParser } from './line-parser.ts';

export interface OldLinesOptions {
  readonly rules: LineRules;
  /** Site of lines that name no host. */
  readonly site: string;
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
 * const old = new OldLines({ rules: ANY_LINE, site: 'example.com', cutoffOf: () => cutoff, earliest: 0 });
 * old.read(bytes);
 * old.bySite; // Map { 'example.com' => 9998 }
 */
export class OldLines {
  /** Readable lines, old or not. */
  lines = 0;
  /** Old lines of each site. */
  readonly bySite = new Map<string, number>();
  readonly #options: OldLinesOptions;
  readonly #lines: LineParser;

  constructor(options: OldLinesOptions) {
    this.#options = options;
    this.#lines = new LineParser(options.rules, options.site);
  }

  /** @param bytes whole lines; the last one may lack its line feed */
  read(bytes: Buffer): void {
    this.#lines.open(bytes);
    for (let at = 0; at < bytes.length; ) {
      at = this.#lines.next(at);
      if (this.#lines.outcome === 'read') this.#checkLine();
    }
  }

  #checkLine(): void {
    const { site, time } = this.#lines.facts;
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
    const end =
      bytes.length > MAX_HELD_BYTES + chunk.length ? bytes.length : bytes.lastIndexOf(LINE_FEED) + 1;
    if (end > 0) yield bytes.subarray(0, end);
    held = Buffer.from(bytes.subarray(end));
  }
  if (held.length > 0) yield held;
}
