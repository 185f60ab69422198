/** Clocks further apart than this many milliseconds are worth a word: a window of a minute is then a few percent off. */
const MOST_APART = 2000;

/** A clock that was read from afar. */
export interface ClockReading {
  /** What it said, in milliseconds since 1970. */
  readonly at: number;
  /** What the clock here said when the answer came. */
  readonly received: number;
}

/**
 * The present by the clocks of several nodes, and by how many milliseconds each is off.
 *
 * Windows end at the latest moment that a node has seen, or its last hits would lie in the future; but one clock that is
 * an hour ahead must not empty the windows of all others. So the clock in the middle is believed, of two the one that is
 * closer to ours, and the latest moment is taken from those that agree with it.
 *
 * @param readings at least one
 * @returns `off` is 0 for a clock that agrees
 * @example
 * presentOf([{ at: 1000, received: 1005 }, { at: 3_601_000, received: 1004 }]); // { now: 1000, off: [0, 3600001] }
 */
export function presentOf(readings: readonly ClockReading[]): { now: number; off: number[] } {
  const offsets = readings.map(({ at, received }) => at - received);
  const sorted = offsets.toSorted((a, b) => a - b);
  const [lower, upper] = [sorted[(sorted.length - 1) >> 1]!, sorted[sorted.length >> 1]!];
  const believed = Math.abs(upper) <= Math.abs(lower) ? upper : lower;
  const off = offsets.map((offset) => {
    const apart = offset - believed;
    return Math.abs(apart) > MOST_APART ? apart : 0;
  });
  const agreeing = readings.filter((_, i) => off[i] === 0).map(({ at }) => at);
  return { now: Math.max(...agreeing), off };
}
