/** Most milliseconds between clocks without a warning: beyond it, a window of a minute is a few percent off. */
const MAX_CLOCK_DIFFERENCE = 2000;

/** A reading of a remote clock. */
export interface ClockReading {
  /** The remote time, in milliseconds since 1970. */
  readonly at: number;
  /** The local time when the answer arrived. */
  readonly received: number;
}

/**
 * The present by the clocks of several nodes, and by how many milliseconds each is off.
 *
 * Windows end at the latest moment that a node has seen, or its last hits would lie in the future; but one clock that is
 * an hour ahead must not empty the windows of all others. So the median clock is trusted (of two, the one closer to
 * ours), and the present is the latest time among the clocks that agree with it.
 *
 * @param readings at least one
 * @returns `off` is 0 for a clock that agrees
 * @example
 * presentOf([{ at: 1000, received: 1005 }, { at: 3_601_000, received: 1004 }]); // { now: 1000, off: [0, 3600001] }
 */
export function consensusTime(readings: readonly ClockReading[]): { now: number; off: number[] } {
  const offsets = readings.map(({ at, received }) => at - received);
  const sorted = offsets.toSorted((a, b) => a - b);
  const [lower, upper] = [sorted[(sorted.length - 1) >> 1]!, sorted[sorted.length >> 1]!];
  const believed = Math.abs(upper) <= Math.abs(lower) ? upper : lower;
  const off = offsets.map((offset) => {
    const apart = offset - believed;
    return Math.abs(apart) > MAX_CLOCK_DIFFERENCE ? apart : 0;
  });
  const agreeing = readings.filter((_, i) => off[i] === 0).map(({ at }) => at);
  return { now: Math.max(...agreeing), off };
}
