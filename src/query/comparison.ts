import { METRICS, type Metric } from './selection.ts';

/** Metrics of a period or an interval. Null where one cannot be said, as the bounce rate of no visits. */
export type Figures = { readonly [Name in Metric]?: number | null };

/** What is compared: an answer to a question about a period. */
export interface Compared {
  readonly from: string;
  readonly to: string;
  /** Relative standard error of visitors. Missing where they are exact. */
  readonly error?: number;
  /** Hits before it are purged: what needs them is null. */
  readonly purged_before?: string;
  readonly totals: Figures;
  readonly series: readonly ({ readonly time: string } & Figures)[];
}

/**
 * Another period, beside the one that is asked for. Its point at a place of the series is compared with the other's point
 * at that place; it may have one more or less, where months or days with a change of the clock differ in length.
 */
export interface Comparison extends Compared {
  /** How much more there is now, as a fraction: 0.12 is 12 % more. Null where there was nothing, or nothing is known. */
  readonly change: Figures;
}

/**
 * Puts what is answered about another period beside an answer.
 *
 * @param now the answer
 * @param before the same question about the other period, with the interval of the answer
 * @example
 * comparisonOf(now, before).change; // { hits: 0.12, visitors: -0.05 }
 */
export function comparisonOf(now: Compared, before: Compared): Comparison {
  const { from, to, error, purged_before, totals, series } = before;
  const names = METRICS.filter((name) => name in now.totals);
  const change = Object.fromEntries(names.map((name) => [name, changeOf(now.totals[name], totals[name])]));
  const said = {
    ...(error !== undefined && { error }),
    ...(purged_before !== undefined && { purged_before }),
  };
  return { from, to, ...said, totals, series, change };
}

/** With four digits. */
function changeOf(now: Figures[Metric], before: Figures[Metric]): number | null {
  if (typeof now !== 'number' || typeof before !== 'number' || before === 0) return null;
  return Number((now / before - 1).toFixed(4));
}
