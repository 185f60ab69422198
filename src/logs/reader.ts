import { type Facts, NO_FACTS } from '../hit/facts.ts';
import type { Intake } from '../hit/intake.ts';
import { Memo } from '../hit/memo.ts';
import { RowWriter } from '../hit/row.ts';
import { siteName } from '../hit/site.ts';
import { LINE_FEED } from './ascii.ts';
import type { LogFormat } from './format.ts';
import { createLogLine, LOG_FAILURES, type LogLine, parseLine } from './line.ts';

/** Failures that are told one by one, of each piece and of each import. */
export const MOST_FAILURES = 20;
/** Bytes that become text at once: enough to be fast, few enough to stay in the processor's cache. */
const CHUNK = 256 * 1024;
/** Bytes of rows between two seals, about: what a writer holds in memory. */
const GROUP_BYTES = 1024 * 1024;
/** Host names whose site is remembered. */
const MOST_HOSTS = 1000;

export interface LineFailure {
  /** Number of the line, the first one being 1. */
  readonly line: number;
  readonly reason: string;
}

/** Visitors of a piece, for live state: one entry a counted hit, bots left out. */
export interface Sightings {
  readonly sites: readonly string[];
  readonly site: Uint32Array;
  readonly time: Float64Array;
  readonly high: Uint32Array;
  readonly low: Uint32Array;
}

/** What became of a piece. */
export interface PieceResult {
  /** Rows as the spool takes them. */
  readonly rows: Uint8Array;
  /** Lines that are not blank, and all of them. */
  readonly lines: number;
  readonly lineBreaks: number;
  readonly imported: number;
  readonly failed: number;
  /** The first failures, numbered within the piece. */
  readonly failures: readonly LineFailure[];
  readonly sightings: Sightings;
}

/** Reads pieces of one log: lines → facts → intake → rows. */
export class PieceReader {
  readonly #intake: Intake;
  readonly #format: LogFormat;
  readonly #sites: Memo<string>;
  readonly #line = createLogLine();
  readonly #rows = new RowWriter();

  /** @param site of lines that name no host */
  constructor(options: { intake: Intake; format: LogFormat; site: string }) {
    this.#intake = options.intake;
    this.#format = options.format;
    this.#sites = new Memo({ most: MOST_HOSTS, longest: 300 }, (host) => siteName(host) || options.site);
  }

  read(bytes: Buffer): PieceResult {
    const tally = new PieceTally();
    const groups: Buffer[] = [];
    for (let start = 0; start < bytes.length; ) {
      let end = bytes.indexOf(LINE_FEED, start + CHUNK) + 1;
      if (end === 0) end = bytes.length;
      this.#readText(bytes.toString('utf8', start, end), tally);
      if (this.#rows.length > GROUP_BYTES) groups.push(Buffer.from(this.#rows.seal()));
      start = end;
    }
    if (this.#rows.length > 0) groups.push(Buffer.from(this.#rows.seal()));
    return tally.result(joined(groups));
  }

  #readText(text: string, tally: PieceTally): void {
    for (let start = 0; start < text.length; ) {
      let end = text.indexOf('\n', start);
      if (end < 0) end = text.length;
      this.#readLine(text.slice(start, end), tally);
      start = end + 1;
    }
  }

  #readLine(text: string, tally: PieceTally): void {
    tally.lineBreaks++;
    const outcome = parseLine(text, this.#format, this.#line);
    if (outcome === 'blank') return;
    tally.lines++;
    if (outcome !== 'read') {
      tally.fail(LOG_FAILURES[outcome]);
      return;
    }
    const taken = this.#intake.receive(factsOfLine(this.#line, this.#sites.of(this.#line.host)));
    if ('reason' in taken) {
      tally.fail(taken.detail);
      return;
    }
    this.#rows.write(taken.hit);
    tally.imported++;
    if (taken.hit.bot === '') tally.see(taken.hit);
  }
}

/** The groups in memory of their own, which can be handed to another thread. */
function joined(groups: readonly Buffer[]): Uint8Array {
  const bytes = new Uint8Array(groups.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const group of groups) {
    bytes.set(group, at);
    at += group.length;
  }
  return bytes;
}

function factsOfLine(line: LogLine, site: string): Facts {
  return {
    ...NO_FACTS,
    kind: 'log',
    time: line.timeMs,
    site,
    path: line.query === '' ? line.path : `${line.path}?${line.query}`,
    referrer: line.referrer,
    userAgent: line.userAgent,
    peer: line.address,
    status: line.status,
    method: line.method,
  };
}

const FIRST_CAPACITY = 16_384;

/** What is counted while a piece is read. */
class PieceTally {
  lines = 0;
  lineBreaks = 0;
  imported = 0;
  #failed = 0;
  readonly #failures: LineFailure[] = [];
  readonly #sites = new Map<string, number>();
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
    let site = this.#sites.get(hit.site);
    if (site === undefined) {
      site = this.#sites.size;
      this.#sites.set(hit.site, site);
    }
    this.#site[at] = site;
    this.#time[at] = hit.time;
    this.#high[at] = hit.visitorHigh;
    this.#low[at] = hit.visitorLow;
  }

  result(rows: Uint8Array): PieceResult {
    return {
      rows,
      lines: this.lines,
      lineBreaks: this.lineBreaks,
      imported: this.imported,
      failed: this.#failed,
      failures: this.#failures,
      sightings: {
        sites: [...this.#sites.keys()],
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
