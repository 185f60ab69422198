/**
 * Windows that end now. The slider's stops are round lengths, about even on a logarithmic scale. A window's chart needs no
 * memory: it is the differences of ever longer windows in one answer.
 */

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
/** Maximum number of windows in one query. */
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

/** A length in the largest unit that divides it; one day is 24 hours. */
export function lengthOf(seconds: number): { value: number; unit: 'second' | 'minute' | 'hour' | 'day' } {
  for (const [unit, length] of UNITS) {
    if (seconds % length === 0 && (unit !== 'day' || seconds > DAY)) return { value: seconds / length, unit };
  }
  return { value: seconds, unit: 'second' };
}

/** Ascending lengths in seconds; the last one is the window. */
export function slicesOf(seconds: number): readonly number[] {
  const count = Math.min(MOST_SLICES, seconds);
  return Array.from({ length: count }, (_, index) => Math.round((seconds * (index + 1)) / count));
}

/** The API's parameter for windows. */
export function windowsWord(slices: readonly number[]): string {
  return slices.map((seconds) => `${seconds}s`).join();
}

export interface Slice {
  /** How long ago it ends, in seconds. */
  readonly end: number;
  readonly seconds: number;
  readonly hits: number;
  readonly hitsPerSecond: number;
}

/**
 * Counts between the starts of consecutive windows, oldest first.
 *
 * @param windows in ascending length, all ending at the same time
 */
export function slices(windows: readonly { readonly seconds: number; readonly hits: number }[]): Slice[] {
  return windows
    .map(({ seconds, hits }, index) => {
      const shorter = windows[index - 1] ?? { seconds: 0, hits: 0 };
      const length = seconds - shorter.seconds;
      // With counts in buckets, a shorter window may have more than a longer one.
      const more = Math.max(0, hits - shorter.hits);
      return { end: shorter.seconds, seconds: length, hits: more, hitsPerSecond: more / length };
    })
    .reverse();
}
