import { METRICS, type Metric } from './selection.ts';

/** Metrics of a period or an interval. Null if unknown, such as the bounce rate without visits. */
export type Figures = { readonly [Name in Metric]?: number | null };

/** The compared part of an answer about a period. */
export interface Compared {
  readonly from: string;
  readonly to: string;
  /** Relative standard error of visitors. Missing if they are exact. */
  readonly error?: number;
  /** Earlier hits are purged: metrics that need them are null. */
  readonly purged_before?: string;
  readonly totals: Figures;
  readonly series: readonly ({ readonly time: string } & Figures)[];
}

/**
 * A second period, compared with the requested one. Points of the two series are compared by position;
 * one series may be a point longer, if months, or days with a clock change, differ in length.
 */
export interface Comparison extends Compared {
  /** Relative change: 0.12 is 12 % more. Null if the earlier value is 0 or unknown. */
  readonly change: Figures;
}

/**
 * Compares an answer with the one about another period.
 *
 * @param now the answer
 * @param before the answer about the other period, with the same interval
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

/** Rounded to four digits. */
function changeOf(now: Figures[Metric], before: Figures[Metric]): number | null {
  if (typeof now !== 'number' || typeof before !== 'number' || before === 0) return null;
  return Number((now / before - 1).toFixed(4));
}
