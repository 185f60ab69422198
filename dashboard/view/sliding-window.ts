/**
 * Windows that end now. A slider goes over lengths that people say, about evenly on a logarithmic scale. A window's chart
 * needs no memory: it is the differences of windows that begin ever earlier, which one answer has.
 */

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
/** Windows that the server takes in one question. */
const MOST_SLICES = 20;

/** Seconds, from 10 s to 30 d. */
export const STOPS: readonly number[] = [
  ...[10, 15, 20, 30, 45],
  ...[1, 2, 3, 5, 10, 15, 30, 45].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 3, 7, 14, 30].map((days) => days * DAY),
];
const UNITS = [
  ['day', DAY],
  ['hour', HOUR],
  ['minute', MINUTE],
] as const;

/** The stop that is nearest to a length, by its ratio. */
export function stopOf(seconds: number): number {
  const distance = (stop: number) => Math.abs(Math.log(STOPS[stop]! / seconds));
  return STOPS.reduce((best, _, stop) => (distance(stop) < distance(best) ? stop : best), 0);
}

/** A length in the largest unit that it is whole of; one day is 24 hours. */
export function lengthOf(seconds: number): { value: number; unit: 'second' | 'minute' | 'hour' | 'day' } {
  for (const [unit, length] of UNITS) {
    if (seconds % length === 0 && (unit !== 'day' || seconds > DAY)) return { value: seconds / length, unit };
  }
  return { value: seconds, unit: 'second' };
}

/** Lengths in seconds, ever longer; the last one is the window. */
export function slicesOf(seconds: number): readonly number[] {
  const count = Math.min(MOST_SLICES, seconds);
  return Array.from({ length: count }, (_, index) => Math.round((seconds * (index + 1)) / count));
}

/** The word of the API for windows. */
export function windowsWord(slices: readonly number[]): string {
  return slices.map((seconds) => `${seconds}s`).join();
}

export interface Slice {
  /** Seconds before now at which it ends. */
  readonly end: number;
  readonly seconds: number;
  readonly hits: number;
  readonly hitsPerSecond: number;
}

/**
 * What came between one window's beginning and the next one's, oldest first.
 *
 * @param windows ever longer, all ending at the same moment
 */
export function slices(windows: readonly { readonly seconds: number; readonly hits: number }[]): Slice[] {
  return windows
    .map(({ seconds, hits }, index) => {
      const shorter = windows[index - 1] ?? { seconds: 0, hits: 0 };
      const length = seconds - shorter.seconds;
      // Counts that are kept in buckets may have a shorter window hold more than a longer one.
      const more = Math.max(0, hits - shorter.hits);
      return { end: shorter.seconds, seconds: length, hits: more, hitsPerSecond: more / length };
    })
    .reverse();
}
