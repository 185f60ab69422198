/**
 * Unique visitors over every window that ends now, and over all time, from one table of fixed size.
 *
 * The problem. "How many people were here in the last 17 seconds, 5 minutes, 30 days?" A HyperLogLog per window
 * answers for windows that were chosen beforehand, and it jumps at bucket boundaries. Sets of visitors grow with
 * traffic. We want any window, queried afterwards, in memory that does not depend on traffic.
 *
 * The table. Probabilistic counting with stochastic averaging (PCSA: Flajolet & Martin, "Probabilistic Counting
 * Algorithms for Data Base Applications", 1985) keeps a bitmap of ranks and columns. A visitor's hash chooses a
 * column uniformly and a rank geometrically (half of all visitors have rank 0, a quarter rank 1, …), and sets
 * that bit; the number of different visitors is estimated from the set bits. Here each bit is replaced by the
 * time when it was last set. The cells set since a moment are then exactly the bitmap of a PCSA started at that
 * moment, for every moment at once.
 *
 *     cell[rank][column] = tick at which a visitor of that rank and column was last seen, 0 = never
 *     column = hash & (columns − 1)
 *     rank   = min(ranks − 1, trailing zeros of (hash >>> log2(columns)))
 *
 * A hit costs one comparison and at most one store. Two tables whose visitors are hashed with the same key merge by
 * the larger tick, cell by cell, in any order and any number of times.
 *
 * The estimate. Flajolet and Martin used the first unset rank of each column. All bits together contain more
 * information, as Ertl showed for HyperLogLog ("New cardinality estimation algorithms for HyperLogLog sketches", 2017):
 * n visitors leave a bit of rank k unset with probability exp(−n·pₖ/m), where pₖ is the share of that rank and m the
 * number of columns, and the n under which the observed bitmap is most likely has a relative standard error of
 *
 *     √(6·ln 2) / (π·√m) = 0.649 / √m     1.01 % with 4,096 columns
 *
 * which no unbiased estimator can beat (Cramér-Rao). It is reached when n is much larger than m; fewer
 * visitors collide less, and up to twenty are nearly always counted exactly. Measured over 500 tables and more
 * (and more closely in `bench/ACCURACY.md`):
 *
 * | visitors       |   100 | 1,000 | 10,000 | 50,000 | 200,000 |
 * |----------------|-------|-------|--------|--------|---------|
 * | standard error | 0.65% | 0.66% |  0.71% |  0.92% |   0.98% |
 *
 * Why not HyperLogLog. It keeps only the highest rank of each column, with an error of 1.04/√m. For windows it must
 * keep lists of every rank that is the highest since some moment: Sliding HyperLogLog (Chabchoub & Hébrail, 2010).
 * Twitter Algebird's HyperLogLogSeries keeps the last time of each rank and column, as we do, and then discards
 * all but the highest in each column. To reach our 1.0 % such a table needs 2.6 times the columns.
 *
 * Queries. A window is one scan of all cells: 0.09 ms. We also tried a histogram of the cells by the second, minute and
 * hour of their last tick, updated by every hit: it answers in 0.006 ms, but takes 686 KiB more, adds 14 ns per hit, has
 * a resolution of a second instead of a tick, and needs a lock between threads. It would pay off from one query per
 * 5,000 hits; a dashboard sends four a second.
 *
 * Memory. 4,096 columns × 24 ranks × 4 bytes = 384 KiB, good for 10¹¹ visitors. Ticks are tenths of a second
 * since 2025, in unsigned 32 bits.
 *
 * Threads. Over a `SharedArrayBuffer` threads share one table without locks, because cells only grow. A plain "store if
 * larger" would still lose updates: between one thread's read and its store, another may store a later tick that is then
 * overwritten, by a tick of last year if the first thread is importing. So shared cells are raised by
 * compare-and-exchange, and only if a tick is larger, which rarely happens twice in a tenth of a second.
 *
 * Clocks. A future hit counts as now. If the clock is set back, seen visitors stay seen: until the clock has caught up,
 * windows contain everyone from the time that passes twice. Hits from before 2025 count for all time and are not in any
 * window. After August 2038 everyone is seen at the last tick: all time still counts, windows are empty, and nothing
 * wraps around to look old or new.
 *
 * Limits. A window must end now: the table knows only a visitor's last time, so a visitor of yesterday who came again
 * today is no longer in yesterday's window. Queries for past periods are answered by the store.
 *
 * In ClickHouse, with `visitor` a UInt64, the same cell of the default table is
 *
 *     bitAnd(visitor, 4095) AS column
 *     bitCount(bitXor(zeros, zeros - 1)) - 1 AS rank,
 *         where zeros is bitOr(bitShiftRight(visitor, 12), 8388608): bit 23 ends the zeros at the last rank.
 */

import { HitError } from '../errors.ts';
import { ANY_NUMBER, checkedNumber, checkInstance } from '../schema/argument.ts';
import type { Bytes } from './bytes.ts';
import { cellOf, LAST_TICK, NEVER, tickOf } from './cell.ts';
import { SketchReader, SketchWriter } from './encoding.ts';
import { checkedShape, type LastSeenOptions } from './last-seen-options.ts';
import { mostLikelyCount } from './likelihood.ts';
import { areShared, atomicMax, emptyWords } from './shared-words.ts';

/** A count of visitors and its error. */
export interface VisitorEstimate {
  /** Whole visitors. */
  visitors: number;
  /** The raw estimate, for sums and averages: of 100 visitors, rounding takes 0.4 away. */
  unrounded: number;
  /** Relative standard error, 0.0101 for 1.01 %: two estimates in three are within, 19 in 20 within its double. */
  error: number;
}

/**
 * The last-seen table of a site's visitors.
 *
 * @example
 * const seen = new LastSeenSketch();
 * seen.add(0x9e3779b9, 0x7f4a7c15, Date.now(), Date.now());
 * seen.estimate(Date.now() - 60_000); // { visitors: 1, unrounded: 1…, error: 0.0101… }
 */
export class LastSeenSketch {
  readonly columns: number;
  readonly ranks: number;
  readonly ticksPerSecond: number;
  /** The last ticks, rank by rank: cell = rank · columns + column. For copying to another node; do not write to it. */
  readonly cells: Uint32Array;
  readonly #columnBits: number;
  readonly #isShared: boolean;

  /** @throws HitError `invalid` if an option is out of range, or the cells have another shape */
  constructor(options: LastSeenOptions = {}) {
    const { columns, ranks, ticksPerSecond } = checkedShape(options);
    const { cells, shared = false } = options;
    this.columns = columns;
    this.ranks = ranks;
    this.ticksPerSecond = ticksPerSecond;
    this.#columnBits = Math.log2(columns);
    this.cells = cells ?? emptyWords(columns * ranks, shared);
    this.#isShared = areShared(this.cells);
  }

  /**
   * Adds a visitor.
   *
   * @param high upper half of the visitor's hash, unsigned 32 bits
   * @param low lower half, unsigned 32 bits
   * @param timeMs of the hit, milliseconds since 1970; a later time than now counts as now, because a clock that
   *   is ahead would keep its visitors in every window until the other clocks have caught up
   * @param nowMs the present
   * @example new LastSeenSketch().add(0x9e3779b9, 0x7f4a7c15, Date.now(), Date.now());
   */
  add(high: number, low: number, timeMs: number, nowMs: number): void {
    this.#raiseCell(cellOf(high, low, this.#columnBits, this.ranks), timeMs > nowMs ? nowMs : timeMs);
  }

  /**
   * Sets the last-seen time of a cell, to rebuild a table from stored rows. The time is not checked: the store
   * limits it to the present when it writes.
   *
   * @param timeMs milliseconds since 1970
   * @throws HitError `invalid` if there is no such cell
   * @example new LastSeenSketch().setCell(0, 4095, Date.now());
   */
  setCell(rank: number, column: number, timeMs: number): void {
    checkedNumber('rank', rank, { least: 0, most: this.ranks - 1, isWhole: true });
    checkedNumber('column', column, { least: 0, most: this.columns - 1, isWhole: true });
    this.#raiseCell(rank * this.columns + column, timeMs);
  }

  /**
   * The visitors seen after a moment, or ever.
   *
   * The window is (since, now], as in `HitRing`. Hits in the same tick as `since` are left out, so the window is
   * up to one tick shorter than requested, never longer: visitors who left before it are not counted.
   *
   * @param sinceMs milliseconds since 1970; undefined is all time
   * @throws HitError `invalid` for anything but a number
   * @example
   * const seen = new LastSeenSketch();
   * seen.add(0x9e3779b9, 0x7f4a7c15, Date.now() - 600_000, Date.now());
   * seen.estimate(Date.now() - 300_000).visitors; // 0
   * seen.estimate().visitors; // 1
   */
  estimate(sinceMs?: number): VisitorEstimate {
    const tick =
      sinceMs === undefined
        ? NEVER
        : tickOf(checkedNumber('sinceMs', sinceMs, ANY_NUMBER), this.ticksPerSecond);
    const seenByRank = new Uint32Array(this.ranks);
    for (let rank = 0; rank < this.ranks; rank++) {
      seenByRank[rank] = countAbove(this.cells, rank * this.columns, (rank + 1) * this.columns, tick);
    }
    const unrounded = mostLikelyCount(seenByRank, this.columns);
    const error = Math.sqrt((6 * Math.LN2) / this.columns) / Math.PI;
    return { visitors: Math.round(unrounded), unrounded, error };
  }

  /**
   * Merges another table into this one. The result is cell by cell the table that would have seen the visitors of
   * both, regardless of the order and number of merges.
   *
   * @throws HitError `invalid` if the tables differ in columns, ranks or ticks
   * @example new LastSeenSketch().merge(new LastSeenSketch());
   */
  merge(other: LastSeenSketch): void {
    checkInstance('other', other, LastSeenSketch);
    if (shapeOf(other) !== shapeOf(this)) {
      throw new HitError('invalid', `tables of ${shapeOf(this)} and of ${shapeOf(other)} cannot be merged`);
    }
    const { cells } = this;
    const theirs = other.cells;
    if (this.#isShared) {
      for (let i = 0; i < cells.length; i++) atomicMax(cells, i, theirs[i]!);
    } else {
      // A branch would be mispredicted half of the time, and take five times as long.
      for (let i = 0; i < cells.length; i++) cells[i] = Math.max(cells[i]!, theirs[i]!);
    }
  }

  /**
   * Empties the cells that have the same time as in another table, which was merged into this one: the visitors of both in these
   * cells are unknown afterwards.
   *
   * @throws HitError `invalid` if the tables differ in columns, ranks or ticks
   * @internal
   */
  clearEqual(other: LastSeenSketch): void {
    if (shapeOf(other) !== shapeOf(this))
      throw new HitError('invalid', `tables of ${shapeOf(this)} and of ${shapeOf(other)} cannot be compared`);
    const { cells } = this;
    for (let i = 0; i < cells.length; i++) if (cells[i] === other.cells[i]) cells[i] = NEVER;
  }

  /**
   * The table as bytes for another node: 16 bytes for a site without visitors, about six per visitor of a small site,
   * 50 to 180 KB for a large one.
   *
   * Columns (as a power of two), ranks, ticks per second; the newest tick; then the cells, each as its age in ticks + 1;
   * a run of cells that were never set is 0 and the run's length.
   * @example new LastSeenSketch().toBytes().length; // 16
   */
  toBytes(): Bytes {
    const { cells } = this;
    let newest = NEVER;
    for (let i = 0; i < cells.length; i++) newest = Math.max(newest, cells[i]!);
    const writer = new SketchWriter('L');
    writer.byte(this.#columnBits);
    writer.byte(this.ranks);
    writer.byte(this.ticksPerSecond);
    writer.varint(newest);
    for (let i = 0; i < cells.length; ) {
      const start = i;
      while (i < cells.length && cells[i] === NEVER) i++;
      if (i > start) {
        writer.varint(0);
        writer.varint(i - start);
      } else {
        writer.varint(newest - cells[i++]! + 1);
      }
    }
    return writer.finish();
  }

  /**
   * Reads a table from another node's bytes.
   *
   * @throws HitError `invalid` if the bytes are anything else
   * @example LastSeenSketch.fromBytes(new LastSeenSketch().toBytes()).estimate().visitors; // 0
   */
  static fromBytes(bytes: Uint8Array): LastSeenSketch {
    const reader = new SketchReader(bytes, 'L');
    const columns = 2 ** reader.byte();
    const sketch = new LastSeenSketch({ columns, ranks: reader.byte(), ticksPerSecond: reader.byte() });
    const { cells } = sketch;
    const newest = reader.varint(LAST_TICK);
    for (let i = 0; i < cells.length; ) {
      const age = reader.varint(newest);
      if (age > 0) cells[i++] = newest - (age - 1);
      else i += reader.varint(cells.length - i);
    }
    reader.finish();
    return sketch;
  }

  /** Memory used by the cells. */
  get bytes(): number {
    return this.cells.byteLength;
  }

  #raiseCell(cell: number, timeMs: number): void {
    const tick = tickOf(timeMs, this.ticksPerSecond);
    if (this.#isShared) atomicMax(this.cells, cell, tick);
    else if (tick > this.cells[cell]!) this.cells[cell] = tick;
  }
}

/**
 * Counts by the borrow of tick − cell (Warren, Hacker's Delight, 2-13), which is the top bit of a word. A comparison
 * may be compiled to a branch, which is often mispredicted for a half-set window: six times as long.
 */
function countAbove(cells: Uint32Array, start: number, end: number, tick: number): number {
  let count = 0;
  for (let i = start; i < end; i++) {
    const cell = cells[i]!;
    count += ((~tick & cell) | (~(tick ^ cell) & (tick - cell))) >>> 31;
  }
  return count;
}

function shapeOf({ ranks, columns, ticksPerSecond }: LastSeenSketch): string {
  return `${ranks} × ${columns} cells at ${ticksPerSecond} ticks a second`;
}
