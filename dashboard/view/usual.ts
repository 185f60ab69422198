/** What is usual at this hour: the same hour and weekday of the last weeks, on the reader's clock. Pure. */
import { HOUR } from '../../src/timing/units.ts';

const WEEKS = 4;
/** A difference that random arrivals hardly ever make, in standard deviations, and as a ratio. */
const LEAST_DEVIATIONS = 4;
const LEAST_RATIO = 2;
/** A longer window, in seconds, is not about this hour. */
const LONGEST_WINDOW = 3600;

/** One hour, in milliseconds since 1970. */
export interface HourSpan {
  readonly from: number;
  readonly to: number;
}

/**
 * The hours to compare with, latest first. Those that begin before the first hit are left out.
 *
 * @param now on the reader's clock
 * @param first time of the first hit, in milliseconds since 1970
 */
export function usualHours(now: Date, first: number): HourSpan[] {
  return Array.from({ length: WEEKS }, (_, week) => {
    const start = new Date(now);
    // The same time of day, also where summer time began in between.
    start.setDate(start.getDate() - 7 * (week + 1));
    start.setMinutes(0, 0, 0);
    return { from: start.getTime(), to: start.getTime() + HOUR };
  }).filter(({ from }) => from >= first);
}

export interface Hour {
  readonly hits: number;
  readonly visitors: number;
}

/** The means of some hours; undefined without any. */
export function meanHour(hours: readonly Hour[]): Hour | undefined {
  if (hours.length === 0) return undefined;
  let [hits, visitors] = [0, 0];
  for (const hour of hours) {
    hits += hour.hits;
    visitors += hour.visitors;
  }
  return { hits: hits / hours.length, visitors: visitors / hours.length };
}

/**
 * Whether a window has far more or far fewer hits than usual.
 *
 * @param usual hits of an hour
 */
export function verdictOf(
  { seconds, hits }: { readonly seconds: number; readonly hits: number },
  usual: number,
): 'busier' | 'quieter' | undefined {
  if (seconds > LONGEST_WINDOW) return undefined;
  const expected = (usual * seconds) / LONGEST_WINDOW;
  const isFar = Math.abs(hits - expected) > LEAST_DEVIATIONS * Math.sqrt(Math.max(1, expected));
  if (!isFar) return undefined;
  if (hits >= LEAST_RATIO * expected) return 'busier';
  return hits <= expected / LEAST_RATIO ? 'quieter' : undefined;
}
