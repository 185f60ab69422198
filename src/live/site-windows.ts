import { LastSeenSketch } from '../sketch/last-seen.ts';
import { HitRing } from '../sketch/ring.ts';
import { CompactRing, isFullRing } from './compact-ring.ts';
import { CompactTable, isFullTable } from './compact-table.ts';
import { type History, Windows } from './windows.ts';

/** Approximate bytes of a site besides its table and ring: objects, map entries, allocation overhead. */
const SITE_BYTES = 2048;
/** Header of the packed form: the lengths of the table and the ring. */
const LENGTHS_BYTES = 8;

/**
 * The windows of one of many sites. Most sites are small: their table and ring are stored sparsely, in two or three
 * kilobytes instead of 556 for the full forms, and each becomes a full one when that is smaller. The same code counts
 * both forms, so they give identical answers.
 *
 * @example
 * const windows = new SiteWindows();
 * windows.add(0x9e3779b9, 0x7f4a7c15, Date.now(), Date.now());
 * windows.full().read(60, Date.now()); // { seconds: 60, hits: 1, visitors: 1, … }
 */
export class SiteWindows implements History {
  #table: CompactTable | LastSeenSketch = new CompactTable();
  #ring: CompactRing | HitRing = new CompactRing();

  /** Memory used by the site. */
  get bytes(): number {
    return SITE_BYTES + this.#table.bytes + this.#ring.bytes;
  }

  /** @param time of the hit, in milliseconds; one from the future counts as now */
  add(high: number, low: number, time: number, now: number): void {
    const seen = Math.min(time, now);
    if (this.#ring.add(seen, 1, now) === false) this.#fullRing().add(seen);
    if (this.#table.add(high, low, time, now) === false) this.#fullTable().add(high, low, time, now);
  }

  addHits(time: number, hits: number): void {
    if (this.#ring.add(time, hits) === false) this.#fullRing().add(time, hits);
  }

  setCell(rank: number, column: number, time: number): void {
    if (this.#table.setCell(rank, column, time) === false) this.#fullTable().setCell(rank, column, time);
  }

  /** The windows in the form that counts. Read immediately, do not write: it may be the original or a copy. */
  full(): Windows {
    const ring = this.#ring instanceof HitRing ? this.#ring : this.#ring.full();
    const seen = this.#table instanceof LastSeenSketch ? this.#table : this.#table.full();
    return new Windows({}, { ring, seen });
  }

  /** The whole content in a process-local format, for `unpacked`. */
  packed(): Uint8Array {
    const table = this.#table instanceof LastSeenSketch ? bytesOf(this.#table.cells) : this.#table.memory;
    const parts = [new Uint8Array(table), new Uint8Array(this.#ring.memory)];
    const lengths = bytesOf(new Uint32Array(parts.map(({ byteLength }) => byteLength)));
    return Buffer.concat([lengths, ...parts]);
  }

  /**
   * @param bytes returned by `packed`
   * @throws Error if they are not: a disk may lose data
   */
  static unpacked(bytes: Uint8Array): SiteWindows {
    const [tableBytes = 0, ringBytes = 0] = new Uint32Array(copyOf(bytes, 0, LENGTHS_BYTES));
    if (LENGTHS_BYTES + tableBytes + ringBytes !== bytes.length) throw new Error('the page is damaged');
    const table = copyOf(bytes, LENGTHS_BYTES, LENGTHS_BYTES + tableBytes);
    const ring = copyOf(bytes, LENGTHS_BYTES + tableBytes, bytes.length);
    const windows = new SiteWindows();
    windows.#table = isFullTable(table)
      ? new LastSeenSketch({ cells: new Uint32Array(table) })
      : new CompactTable(table);
    windows.#ring = isFullRing(ring) ? new HitRing({ memory: ring }) : new CompactRing(ring);
    return windows;
  }

  #fullTable(): LastSeenSketch {
    if (this.#table instanceof CompactTable) this.#table = this.#table.full();
    return this.#table;
  }

  #fullRing(): HitRing {
    if (this.#ring instanceof CompactRing) this.#ring = this.#ring.full();
    return this.#ring;
  }
}

function bytesOf(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

function copyOf(bytes: Uint8Array, start: number, end: number): ArrayBuffer {
  return new Uint8Array(bytes.subarray(start, end)).buffer;
}
