import type { Dimension } from '../clickhouse/dimension.ts';
import type { Fragments } from '../clickhouse/sql.ts';
import type { Parameters } from '../store/store.ts';
import type { Count, Point, Value } from './counts.ts';
import { filterSql } from './filter.ts';
import { intervalStartSql } from './interval-sql.ts';
import { intervalStarts } from './interval-starts.ts';
import type { Period } from './period.ts';
import type { BoundedSelection } from './plan.ts';
import { checkIntervals, type Interval } from './selection.ts';
import type { Row, Source } from './source.ts';

export const NONE: Count = { hits: 0, visitors: 0 };

/** How a period is divided into a series. */
export interface Bucketing {
  readonly interval: Interval;
  readonly timezone: string;
  /** From `intervalStarts`. */
  readonly starts: readonly number[];
}

/** @throws HitError `invalid` if a period has too many intervals */
export function bucketing(interval: Interval, period: Period, timezone: string): Bucketing {
  checkIntervals(interval, period);
  return { interval, timezone, starts: intervalStarts(interval, period, timezone) };
}

/** Parameters for queries of hits. */
export async function hitsQuery(
  source: Source,
  period: BoundedSelection,
): Promise<{ parameters: Parameters; fragments: Fragments }> {
  const { site, from, to, bots, status, classes, filters } = period;
  const { text, parameters } = filterSql(filters);
  const hits = await source.archive?.hitsOf({ site, from, to });
  return {
    parameters: { site, from, to, bots, status, classes, ...parameters },
    fragments: { filters: text, ...(hits !== undefined && { hits }) },
  };
}

/** Totals and series of a period, from single hits. Visitors are exact. */
export async function statsFromHits(
  source: Source,
  period: BoundedSelection,
  { starts }: Bucketing,
): Promise<{ totals: Count; series: Point[] }> {
  const { parameters, fragments } = await hitsQuery(source, period);
  const start = intervalStartSql('toUnixTimestamp64Milli(time)', starts);
  const [[totals], rows] = await Promise.all([
    source.store.rows<Row<'hits' | 'visitors'>>('totals', parameters, undefined, fragments),
    source.store.rows<Row<'start' | 'hits' | 'visitors'>>('series', parameters, undefined, {
      ...fragments,
      start,
    }),
  ]);
  const counts = new Map(rows.map((row) => [Number(row.start), countOf(row)]));
  return { totals: countOf(totals ?? NONE), series: seriesOf(starts, counts) };
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

/** A point for each interval, also without hits. */
export function seriesOf(starts: readonly number[], counts: ReadonlyMap<unknown, Count>): Point[] {
  return starts.map((time) => ({ time, ...(counts.get(time) ?? NONE) }));
}

function countOf(row: Row<'hits' | 'visitors'>): Count {
  return { hits: Number(row.hits), visitors: Number(row.visitors) };
}

/** Most hits first; ties in the order of their characters. */
export function byRank(a: Value, b: Value): number {
  return b.hits - a.hits || (a.value < b.value ? -1 : 1);
}
