/**
 * Computes the cell of a last-seen table that a visitor sets, and its value: see `last-seen.ts`. All forms of the table
 * must use this, or they would not be the same table.
 */

/** The start of ticks. It must never change, or tables of different nodes would not merge. */
export const SKETCH_EPOCH = Date.UTC(2025, 0, 1);

/** The value of a cell that was never set. */
export const NEVER = 0;
/** All times before the epoch, and its first tick. Not in any window: counts for all time only. */
const FIRST_TICK = 1;
export const LAST_TICK = 0xffffffff;

/**
 * The cell of a visitor: rank · columns + column.
 *
 * @param high upper half of the visitor's hash, unsigned 32 bits
 * @param low lower half, unsigned 32 bits
 * @param columnBits the table has 2^`columnBits` columns, 4 to 16
 * @param ranks 2 to 32
 */
export function cellOf(high: number, low: number, columnBits: number, ranks: number): number {
  // The bits above the column's, plus one more that ends the zeros at the last rank.
  const ranked = (low >>> columnBits) | (high << (32 - columnBits)) | (1 << (ranks - 1));
  const rank = 31 - Math.clz32(ranked & -ranked);
  return (rank << columnBits) | (low & ((1 << columnBits) - 1));
}

/** The tick of a moment, in milliseconds since 1970. NaN (no time) is never. */
export function tickOf(timeMs: number, ticksPerSecond: number): number {
  const tick = ((timeMs - SKETCH_EPOCH) * ticksPerSecond) / 1000;
  if (tick < FIRST_TICK) return FIRST_TICK;
  if (tick > LAST_TICK) return LAST_TICK;
  return tick >>> 0;
}
