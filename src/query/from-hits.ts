import type { Dimension } from '../clickhouse/dimension.ts';
import type { Fragments } from '../clickhouse/sql.ts';
import type { Parameters } from '../store/store.ts';
import type { Count, Point, Value } from './counts.ts';
import { filterSql } from './filter.ts';
import type { BoundedSelection } from './plan.ts';
import type { Interval } from './selection.ts';
import type { Row, Source } from './source.ts';

/** How a period is divided into a series. */
export interface Bucketing {
  readonly interval: Interval;
  /** Step in milliseconds that touches each interval. */
  readonly step: number;
  readonly timezone: string;
}

/** Parameters for queries of hits. */
export async function hitsQuery(
  source: Source,
  period: BoundedSelection,
): Promise<{ parameters: Parameters; fragments: Fragments }> {
  const { site, from, to, bots, status, filters } = period;
  const { text, parameters } = filterSql(filters);
  const hits = await source.archive?.hitsOf({ site, from, to });
  return {
    parameters: { site, from, to, bots, status, ...parameters },
    fragments: { filters: text, ...(hits !== undefined && { hits }) },
  };
}

/** Totals and series of a period, from single hits. Visitors are exact. */
export async function statsFromHits(
  source: Source,
  period: BoundedSelection,
  cut: Bucketing,
): Promise<{ totals: Count; series: Point[] }> {
  const { parameters, fragments } = await hitsQuery(source, period);
  const [[totals], series] = await Promise.all([
    source.store.rows<Row<'hits' | 'visitors'>>('totals', parameters, undefined, fragments),
    source.store.rows<Row<'time' | 'hits' | 'visitors'>>(
      'series',
      { ...parameters, ...cut },
      undefined,
      fragments,
    ),
  ]);
  return {
    totals: countOf(totals ?? { hits: 0, visitors: 0 }),
    series: series.map((row) => ({ time: Number(row.time), ...countOf(row) })),
  };
}

/** The values of a dimension with most hits, from single hits. Visitors are exact. */
export async function topFromHits(
  source: Source,
  period: BoundedSelection,
  by: Dimension,
  limit: number,
): Promise<Value[]> {
  const { parameters, fragments } = await hitsQuery(source, period);
  const rows = await source.store.rows<Row<'hits' | 'visitors'> & { value: string }>(
    'top',
    { ...parameters, by, limit },
    undefined,
    fragments,
  );
  return rows.map((row) => ({ value: row.value, ...countOf(row) })).sort(byRank);
}

function countOf(row: Row<'hits' | 'visitors'>): Count {
  return { hits: Number(row.hits), visitors: Number(row.visitors) };
}

/** Most hits first; ties in the order of their characters. */
export function byRank(a: Value, b: Value): number {
  return b.hits - a.hits || (a.value < b.value ? -1 : 1);
}
