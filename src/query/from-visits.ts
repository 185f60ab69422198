/** Answers of short forms from visits and their hits: see `visit-query.ts`. All numbers are exact. */

import type { Value } from './counts.ts';
import { answerQuery } from './engine/answer.ts';
import type { Query, Row } from './engine/query.ts';
import { countRows, isoTime, keyOf } from './engine/rows.ts';
import type { Bucketing } from './from-hits.ts';
import type { BoundedSelection } from './plan.ts';
import type { Ranking } from './ranking.ts';
import type { Metric } from './selection.ts';
import type { Source } from './source.ts';
import { rankingQuery, visitQuery } from './visit-query.ts';

/** The requested metrics. Null if unknown, such as the bounce rate without visits. */
export type Figures<Name extends Metric> = Readonly<Record<Name, number | null>>;

/** Metrics of a period, and of its intervals by their start in milliseconds since 1970. */
export interface FiguresByTime<Name extends Metric> {
  readonly totals: Figures<Name>;
  at(start: number): Figures<Name>;
}

/** @throws HitError `query_timeout`, `overloaded`, `store_unavailable` */
export async function statsFromVisits<Name extends Metric>(
  source: Source,
  period: BoundedSelection,
  { interval, timezone }: Bucketing,
  metrics: readonly Name[],
): Promise<FiguresByTime<Name>> {
  const { from, to } = period;
  const dimensions = [`time:${interval}`] as const;
  const query: Query = { ...visitQuery(period, { metrics, dimensions, timezone }), from, to };
  const [whole, series] = await Promise.all([
    countRows(source, { ...query, dimensions: [] }),
    countRows(source, query),
  ]);
  const figuresOf = ({ metrics: values }: Row) =>
    Object.fromEntries(metrics.map((metric, at) => [metric, values[at]])) as Figures<Name>;
  return {
    totals: figuresOf(whole.rows.get(keyOf([])) ?? whole.emptyRow([])),
    at: (start) => {
      const values = [isoTime(start)];
      return figuresOf(series.rows.get(keyOf(values)) ?? series.emptyRow(values));
    },
  };
}

/**
 * The values with the most hits; for entry and exit pages, with the most visits.
 *
 * @throws HitError `query_timeout`, `overloaded`, `store_unavailable`; `invalid` for too many values
 */
export async function topFromVisits(
  source: Source,
  period: BoundedSelection,
  by: Ranking,
  limit: number,
): Promise<Value[]> {
  const query: Query = { ...rankingQuery(period, by), from: period.from, to: period.to };
  const calendar = () => [];
  const { results } = await answerQuery(source, query, { limit, offset: 0, totals: false }, calendar);
  return results.map(({ dimensions: [value = ''], metrics: [hits, visitors] }) => ({
    ...{ value, hits: hits as number, visitors: visitors as number },
  }));
}
