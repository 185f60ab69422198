/** What is usual at this hour: the same hour and weekday of the last weeks, on the reader's clock. Pure. */
import { HOUR } from '../../src/timing/units.ts';

const WEEKS = 4;
/** A difference that random arrivals hardly ever make, in standard deviations, and as a ratio. */
const LEAST_DEVIATIONS = 4;
const LEAST_RATIO = 2;
/** A longer window, in seconds, is not about this hour. */
const LONGEST_WINDOW = 3600;
/** Fewer hits are a visit or two, and not far more than usual, whatever is usual. */
const LEAST_HITS = 10;

/** One hour, in milliseconds since 1970. */
export interface HourSpan {
  readonly from: number;
  readonly to: number;
}

/**
 * The hours to compare with, latest first. Those are left out whose hour before began before the first hit.
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
  }).filter(({ from }) => from - HOUR >= first);
}

export interface Hour {
  readonly hits: number;
  readonly visitors: number;
}

export interface Usual {
  readonly hour: Hour;
  /** The hour before, in which a window may begin. */
  readonly before: Hour;
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
 * Whether a window has far more or far fewer hits than usual. Visits come at random, and each has several hits: their number varies
 * more than if hits came one by one. The lengths of visits are assumed to be geometrically distributed.
 *
 * @param end of the window, on the reader's clock
 */
export function verdictOf(
  { seconds, hits }: { readonly seconds: number; readonly hits: number },
  { hour, before }: Usual,
  end: Date,
): 'busier' | 'quieter' | undefined {
  if (seconds > LONGEST_WINDOW) return undefined;
  const here = Math.min(seconds, 60 * end.getMinutes() + end.getSeconds());
  const expectedOf = (count: keyof Hour) =>
    (hour[count] * here + before[count] * (seconds - here)) / LONGEST_WINDOW;
  const expected = expectedOf('hits');
  const hitsPerVisitor = expected > 0 ? Math.max(1, expected / expectedOf('visitors')) : 1;
  const deviation = Math.sqrt(Math.max(1, expected) * (2 * hitsPerVisitor - 1));
  if (Math.abs(hits - expected) <= LEAST_DEVIATIONS * deviation) return undefined;
  if (hits >= Math.max(LEAST_HITS, LEAST_RATIO * expected)) return 'busier';
  return hits <= expected / LEAST_RATIO ? 'quieter' : undefined;
}
