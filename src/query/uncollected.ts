/** Notes about metrics of responses that are null because no hit has them. */
import type { Answer } from './engine/answer.ts';
import type { Metric } from './engine/query.ts';
import { neededForResponses } from './engine/response-metrics.ts';
import type { Note } from './query-schemas.ts';

const DETAIL =
  'no hit has them: sizes and response times come from access logs, if these have them; the values are null';

/** @param answer whose nulls are not those of purged data */
export function uncollectedNotes({ results, totals }: Answer, metrics: readonly Metric[]): Note[] {
  const rows = totals ? [...results, totals] : results;
  const earlier = rows.flatMap(({ comparison }) => (comparison ? [comparison.metrics] : []));
  // An interval without a counterpart has no values at all.
  const paired = earlier.filter((values) => values.some((value) => value !== null));
  return [
    { period: 'period' as const, values: rows.map((row) => row.metrics) },
    { period: 'comparison' as const, values: paired.length === 0 ? earlier : paired },
  ].flatMap(({ period, values }) => {
    const unknown = metrics.filter(
      (metric, at) => neededForResponses(metric) !== undefined && values.some((row) => row[at] === null),
    );
    return unknown.length === 0 ? [] : [{ metrics: unknown, period, detail: DETAIL }];
  });
}
