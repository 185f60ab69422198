/** Spikes of a line: points far above what is usual in it. Pure. */

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

export interface Spike {
  readonly place: number;
  readonly value: number;
  /** The median of all values since the first one above 0. */
  readonly usual: number;
}

/**
 * The highest spikes, in the order of their places. The median and the median absolute deviation hardly change with the spikes
 * themselves; counts vary at least as those of random arrivals do.
 *
 * @param values null where there is none
 */
export function spikesOf(values: readonly (number | null)[]): readonly Spike[] {
  // Nothing is usual before the first hit.
  const known = values
    .slice(values.findIndex((value) => value !== null && value > 0))
    .filter((value) => value !== null);
  if (known.length < FEWEST_POINTS) return [];
  const usual = median(known);
  const deviation = Math.max(
    PER_DEVIATION * median(known.map((value) => Math.abs(value - usual))),
    Math.sqrt(usual),
  );
  const least = Math.max(LEAST_VALUE, LEAST_RATIO * usual, usual + LEAST_DEVIATIONS * deviation);
  return values
    .flatMap((value, place) => (value !== null && value >= least ? [{ place, value, usual }] : []))
    .toSorted((a, b) => b.value - a.value)
    .slice(0, MOST_SPIKES)
    .toSorted((a, b) => a.place - b.place);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
