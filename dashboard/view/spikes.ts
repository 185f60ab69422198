/** Spikes of a line: points far above what is usual in it. Pure. */
import type { Interval } from './period.ts';

/** With fewer points nothing is usual. */
const FEWEST_POINTS = 7;
/** Smaller values are no spikes, whatever is usual. */
const LEAST_VALUE = 10;
/** How far above the median a spike is: as a multiple of it, and in standard deviations. */
const LEAST_RATIO = 2;
const LEAST_DEVIATIONS = 6;
/** Standard deviation of normally distributed values per median absolute deviation. */
const PER_DEVIATION = 1.4826;
const MOST_SPIKES = 3;
/** Points after which the rhythm of days or weeks repeats. */
const CYCLES: { readonly [Name in Interval]?: number } = { hour: 24, day: 7 };
/** With fewer other points at the same place of the cycle, nothing is usual there. */
const FEWEST_CYCLES = 3;

export interface Spike {
  readonly place: number;
  readonly value: number;
  /** The median of all values since the first one above 0, or that of the same hour or weekday if it is higher. */
  readonly usual: number;
}

/**
 * The highest spikes, in the order of their places. The median and the median absolute deviation hardly change with the spikes
 * themselves; counts vary at least as those of random arrivals do. A quiet night makes each morning exceptional, and a quiet week
 * each market day: so a spike exceeds its hour of the other days, or its day of the other weeks, too.
 *
 * @param values null where there is none
 */
export function spikesOf(values: readonly (number | null)[], interval?: Interval): readonly Spike[] {
  // Nothing is usual before the first hit.
  const first = values.findIndex((value) => value !== null && value > 0);
  const known = values.slice(first).filter((value) => value !== null);
  const cycle = interval && CYCLES[interval];
  // Weeks are less uneven than days.
  const fewest = interval === 'hour' ? 24 * (FEWEST_CYCLES + 1) : FEWEST_POINTS;
  if (known.length < fewest) return [];
  const middle = median(known);
  const spread = PER_DEVIATION * median(known.map((value) => Math.abs(value - middle)));
  const isFar = (value: number, usual: number) =>
    value >= LEAST_RATIO * usual && value >= usual + LEAST_DEVIATIONS * Math.max(spread, Math.sqrt(usual));
  /** What is usual at a place of the cycle. */
  const usualAt = (place: number) => {
    if (cycle === undefined) return middle;
    const others = values.filter((value, other): value is number => {
      const isSameTime = other !== place && (other - place) % cycle === 0;
      return value !== null && isSameTime && other >= first;
    });
    return others.length < FEWEST_CYCLES ? middle : Math.max(middle, median(others));
  };
  return values
    .flatMap((value, place) => {
      if (value === null || value < LEAST_VALUE || !isFar(value, middle)) return [];
      const usual = usualAt(place);
      return isFar(value, usual) ? [{ place, value, usual }] : [];
    })
    .toSorted((a, b) => b.value - a.value)
    .slice(0, MOST_SPIKES)
    .toSorted((a, b) => a.place - b.place);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
