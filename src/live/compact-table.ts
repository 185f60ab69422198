import { cellOf, tickOf } from '../sketch/cell.ts';
import { LastSeenSketch } from '../sketch/last-seen.ts';
import { positionOf } from './open-addressing.ts';

const { columns: COLUMNS, ranks: RANKS, ticksPerSecond: TICKS, bytes: FULL_BYTES } = new LastSeenSketch();
const COLUMN_BITS = Math.log2(COLUMNS);
/** Maximum load factor: a fuller hash table makes probing long. */
const MOST_TAKEN = 0.75;
/** A slot has two words. */
const WIDTH_BITS = 1;
const SLOT_BYTES = 8;
const FEWEST_SLOTS = 8;

/**
 * The last-seen table of a small site: a hash table of the set cells, whereas the full table has all 98,304.
 *
 * A slot is two words: the cell's number + 1 (0 is an empty slot) and its last tick. The table doubles when three quarters
 * are taken, up to 256 KiB: the next size would be larger than the full table. It does not count anything itself, so there
 * is only one counting implementation: `full` returns the same table in the form that counts.
 */
export class CompactTable {
  #slots: Uint32Array<ArrayBuffer>;
  #used = 0;

  /** @param memory of another table, kept and not copied; default: an empty table */
  constructor(memory = new ArrayBuffer(SLOT_BYTES * FEWEST_SLOTS)) {
    this.#slots = new Uint32Array(memory);
    for (let i = 0; i < this.#slots.length; i += 2) if (this.#slots[i] !== 0) this.#used++;
  }

  /** The memory of the slots, valid until something is added. */
  get memory(): ArrayBuffer {
    return this.#slots.buffer;
  }

  /** Memory taken by the slots. */
  get bytes(): number {
    return this.#slots.byteLength;
  }

  /**
   * Adds a visitor, like `LastSeenSketch.add`.
   *
   * @returns false if there is no room: the table is unchanged and must become a full one
   */
  add(high: number, low: number, timeMs: number, nowMs: number): boolean {
    return this.#see(cellOf(high, low, COLUMN_BITS, RANKS), tickOf(Math.min(timeMs, nowMs), TICKS));
  }

  /** Sets a cell, like `LastSeenSketch.setCell`; returns as `add`. */
  setCell(rank: number, column: number, timeMs: number): boolean {
    return this.#see(rank * COLUMNS + column, tickOf(timeMs, TICKS));
  }

  /** The table in the form that counts: a copy. */
  full(): LastSeenSketch {
    const cells = new Uint32Array(COLUMNS * RANKS);
    const slots = this.#slots;
    for (let i = 0; i < slots.length; i += 2) {
      if (slots[i] !== 0) cells[slots[i]! - 1] = slots[i + 1]!;
    }
    return new LastSeenSketch({ cells });
  }

  #see(cell: number, tick: number): boolean {
    let at = positionOf(this.#slots, WIDTH_BITS, cell);
    if (this.#slots[at] === 0) {
      if (this.#used >= (this.#slots.length / 2) * MOST_TAKEN) {
        if (!this.#grow()) return false;
        at = positionOf(this.#slots, WIDTH_BITS, cell);
      }
      this.#slots[at] = cell + 1;
      this.#used++;
    }
    if (tick > this.#slots[at + 1]!) this.#slots[at + 1] = tick;
    return true;
  }

  #grow(): boolean {
    const old = this.#slots;
    if (2 * old.byteLength >= FULL_BYTES) return false;
    const slots = new Uint32Array(2 * old.length);
    for (let i = 0; i < old.length; i += 2) {
      if (old[i] === 0) continue;
      const at = positionOf(slots, WIDTH_BITS, old[i]! - 1);
      slots[at] = old[i]!;
      slots[at + 1] = old[i + 1]!;
    }
    this.#slots = slots;
    // Free it now instead of waiting for garbage collection.
    old.buffer.transfer(0);
    return true;
  }
}

/** Whether memory belongs to a full table: small tables are never that large. */
export function isFullTable(memory: ArrayBuffer): boolean {
  return memory.byteLength === FULL_BYTES;
}
