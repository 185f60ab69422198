import type { Intake } from '../hit/intake.ts';
import { InternTable } from '../rows/intern-table.ts';
import { RowWriter } from '../rows/row.ts';
import type { LineRules } from './format.ts';
import { LOG_FAILURES } from './line-outcome.ts';
import { LineParser } from './line-parser.ts';

/** Failures that are listed, per chunk and per import. */
export const MOST_FAILURES = 20;
/** Approximate row bytes of a commit group. */
const GROUP_BYTES = 1024 * 1024;

export interface LineFailure {
  /** Line number, starting at 1. */
  readonly line: number;
  readonly reason: string;
}

/** Visitors of a chunk, for live state: one entry per counted hit, without bots. */
export interface CountedVisitors {
  readonly sites: readonly string[];
  readonly site: Uint32Array;
  readonly time: Float64Array;
  readonly high: Uint32Array;
  readonly low: Uint32Array;
}

/** The result of reading a chunk. */
export interface ChunkResult {
  /** Rows in the format of the spool. */
  readonly rows: Uint8Array<ArrayBuffer>;
  /** Lines that are not blank, and all lines. */
  readonly lines: number;
  readonly lineBreaks: number;
  readonly imported: number;
  readonly failed: number;
  /** The first failures, numbered within the chunk. */
  readonly failures: readonly LineFailure[];
  readonly countedVisitors: CountedVisitors;
}

/** Reads the chunks of one log: lines → facts → intake → rows. */
export class ChunkReader {
  readonly #intake: Intake;
  readonly #lines: LineParser;
  readonly #rows = new RowWriter();

  /** @param site site of lines that name no host */
  constructor(options: { intake: Intake; rules: LineRules; site: string }) {
    this.#intake = options.intake;
    this.#lines = new LineParser(options.rules, options.site);
  }

  /** @param directive the last `#Fields:` before the chunk, if the log has any */
  read(bytes: Buffer, directive?: string): ChunkResult {
    const counter = new ChunkCounter();
    const lines = this.#lines;
    // The chunk before may be of another log, whose fields must not describe this one.
    lines.open(bytes, directive ?? '');
    for (let at = 0; at < bytes.length; ) {
      counter.lineBreaks++;
      at = lines.next(at);
      const { outcome } = lines;
      if (outcome === 'read') {
        this.#take(counter);
      } else if (outcome !== 'blank') {
        counter.lines++;
        counter.fail(LOG_FAILURES[outcome]);
      }
      if (this.#rows.groupLength > GROUP_BYTES) this.#rows.endGroup();
    }
    // In separate memory, which can be transferred to another thread.
    return counter.result(this.#rows.length > 0 ? new Uint8Array(this.#rows.seal()) : new Uint8Array());
  }

  #take(counter: ChunkCounter): void {
    counter.lines++;
    const taken = this.#intake.receive(this.#lines.facts);
    if ('reason' in taken) {
      counter.fail(taken.detail);
      return;
    }
    this.#rows.write(taken.hit);
    counter.imported++;
    if (taken.hit.bot === '') counter.see(taken.hit);
  }
}

const FIRST_CAPACITY = 16_384;

/** Counters while a chunk is read. */
class ChunkCounter {
  lines = 0;
  lineBreaks = 0;
  imported = 0;
  #failed = 0;
  readonly #failures: LineFailure[] = [];
  readonly #sites = new InternTable();
  #count = 0;
  #site = new Uint32Array(FIRST_CAPACITY);
  #time = new Float64Array(FIRST_CAPACITY);
  #high = new Uint32Array(FIRST_CAPACITY);
  #low = new Uint32Array(FIRST_CAPACITY);

  fail(reason: string): void {
    this.#failed++;
    if (this.#failures.length < MOST_FAILURES) this.#failures.push({ line: this.lineBreaks, reason });
  }

  see(hit: { site: string; time: number; visitorHigh: number; visitorLow: number }): void {
    if (this.#count === this.#time.length) this.#grow();
    const at = this.#count++;
    this.#site[at] = this.#sites.idOf(hit.site);
    this.#time[at] = hit.time;
    this.#high[at] = hit.visitorHigh;
    this.#low[at] = hit.visitorLow;
  }

  result(rows: Uint8Array<ArrayBuffer>): ChunkResult {
    return {
      rows,
      lines: this.lines,
      lineBreaks: this.lineBreaks,
      imported: this.imported,
      failed: this.#failed,
      failures: this.#failures,
      countedVisitors: {
        sites: this.#sites.texts(),
        site: this.#site.slice(0, this.#count),
        time: this.#time.slice(0, this.#count),
        high: this.#high.slice(0, this.#count),
        low: this.#low.slice(0, this.#count),
      },
    };
  }

  #grow(): void {
    const length = this.#time.length * 2;
    this.#site = into(new Uint32Array(length), this.#site);
    this.#time = into(new Float64Array(length), this.#time);
    this.#high = into(new Uint32Array(length), this.#high);
    this.#low = into(new Uint32Array(length), this.#low);
  }
}

function into<Numbers extends { set(from: Numbers): void }>(larger: Numbers, numbers: Numbers): Numbers {
  larger.set(numbers);
  return larger;
}
