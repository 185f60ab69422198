import type { Comparison, Figures as MetricValues } from './answers.ts';
import { METRICS, type Metric } from './selection.ts';

/** The compared part of an answer about a period. */
export type Compared = Omit<Comparison, 'change'>;

/**
 * Compares an answer with the one about another period.
 *
 * @param now the answer
 * @param before the answer about the other period, with the same interval
 * @example
 * comparisonOf(now, before).change; // { hits: 0.12, visitors: -0.05 }
 */
export function comparisonOf(now: Compared, before: Compared): Comparison {
  const { from, to, error, purged_before, pending_since, totals, series } = before;
  const names = METRICS.filter((name) => name in now.totals);
  const change = Object.fromEntries(names.map((name) => [name, changeOf(now.totals[name], totals[name])]));
  const said = {
    ...(error !== undefined && { error }),
    ...(purged_before !== undefined && { purged_before }),
    ...(pending_since !== undefined && { pending_since }),
  };
  return { from, to, ...said, totals, series, change };
}

/** Rounded to four digits. */
function changeOf(now: MetricValues[Metric], before: MetricValues[Metric]): number | null {
  if (typeof now !== 'number' || typeof before !== 'number' || before === 0) return null;
  return Number((now / before - 1).toFixed(4));
}
