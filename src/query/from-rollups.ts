import type { Dimension } from '../clickhouse/dimension.ts';
import { type Fragments, queryText } from '../clickhouse/sql.ts';
import type { Unrolled } from '../rollup/rollups.ts';
import type { Parameters } from '../store/store.ts';
import type { Count, Point, Value } from './counts.ts';
import { type Bucketing, byRank, NONE, seriesOf } from './from-hits.ts';
import { intervalStartSql } from './interval-sql.ts';
import { intervalStarts } from './interval-starts.ts';
import type { BoundedSelection, RolledPlan } from './plan.ts';
import { type Row, type Source, withConsistentRollups } from './source.ts';
import { visitorsOf } from './visitors.ts';

/** Numbers of a row; visitors are given as counts of set bits by rank. */
type CellRow<Name extends string> = Row<Name> & { readonly ranks: readonly (number | string)[] };

/** Inputs of queries of rollups. */
interface RollupsQuery {
  readonly parameters: Parameters;
  /** The table of single hits. */
  readonly hits: string;
  /** Whether the period begins or ends within a rolled-up unit. */
  readonly hasEdges: boolean;
}

/** Totals and series of a period, from rollups. Visitors are estimates. */
export async function statsFromRollups(
  source: Source,
  period: BoundedSelection,
  plan: RolledPlan,
  { interval, timezone, starts }: Bucketing,
): Promise<{ totals: Count; series: Point[] }> {
  const query = await rollupsQueryOf(source, period, plan);
  // Rolled-up units may reach beyond the period.
  const whole = { from: Math.min(period.from, plan.first), to: Math.max(period.to, plan.end) };
  const fragments = seriesFragments(intervalStarts(interval, whole, timezone));
  const rows = await withConsistentRollups(source.store, (fresh) =>
    source.store.rows<CellRow<'time' | 'together' | 'hits'>>('rollup_series', query.parameters, undefined, {
      ...freshTable(query, fresh),
      ...fragments,
    }),
  );
  const counts = new Map(
    rows.map((row) => [Number(row.together) === 1 ? undefined : Number(row.time), countOf(row)]),
  );
  return { totals: counts.get(undefined) ?? NONE, series: seriesOf(starts, counts) };
}

/** SQL: the starts of the intervals of the times in `rollup_series.sql`. */
function seriesFragments(starts: readonly number[]): Fragments {
  const startOf = (time: string) => intervalStartSql(`toInt64(toUnixTimestamp(${time})) * 1000`, starts);
  return {
    start: startOf('slot'),
    month_start: startOf("toDateTime(toStartOfMonth(slot), 'UTC')"),
    month_end: startOf("toDateTime(toStartOfMonth(slot) + INTERVAL 1 MONTH, 'UTC') - 1"),
    day_start: startOf('toStartOfDay(slot)'),
    day_end: startOf('toStartOfDay(slot) + INTERVAL 86399 SECOND'),
    hit_start: intervalStartSql('toUnixTimestamp64Milli(time)', starts),
  };
}

/** The values of a dimension with most hits, from rollups. Visitors are estimates, and only counted for these values. */
export async function topFromRollups(
  source: Source,
  period: BoundedSelection,
  plan: RolledPlan,
  by: Dimension,
  limit: number,
): Promise<Value[]> {
  const query = await rollupsQueryOf(source, period, plan);
  return withConsistentRollups(source.store, async (fresh) => {
    const here = freshTable(query, fresh);
    const asked = { ...query.parameters, by };
    const ranking = await source.store.rows<Row<'hits'> & { key: string }>(
      'rollup_top',
      { ...asked, limit },
      undefined,
      here,
    );
    const rows = await source.store.rows<{ key: string; value: string } & CellRow<never>>(
      'rollup_top_visitors',
      { ...asked, keys: `[${ranking.map(({ key }) => key).join()}]` },
      undefined,
      here,
    );
    const hits = new Map(ranking.map((row) => [row.key, row.hits]));
    return rows
      .map(({ key, value, ranks }) => ({ value, ...countOf({ hits: hits.get(key) ?? 0, ranks }) }))
      .sort(byRank);
  });
}

async function rollupsQueryOf(
  { archive }: Source,
  { site, from, to, bots }: BoundedSelection,
  { first, end }: RolledPlan,
): Promise<RollupsQuery> {
  const hits = await archive?.hitsOf({ site, from, to });
  return {
    parameters: { site, from, to, bots, first, end },
    hits: hits ?? 'hits',
    hasEdges: from < first || end < to,
  };
}

/** A table of the hits that the rollups of a query lack. Empty parts are omitted: searching them takes longer than a sum. */
function freshTable({ hits, hasEdges }: RollupsQuery, fresh: Unrolled): Fragments {
  const tables = [
    ...(fresh.isEmpty ? [] : [queryText('fresh_tail', fresh.fragments)]),
    ...(hasEdges ? [queryText('fresh_edges', { hits })] : []),
  ];
  return { fresh: `(${tables.join('UNION ALL ') || 'SELECT * FROM hits WHERE false'})` };
}

export function countOf({ hits, ranks }: CellRow<'hits'>): Count {
  return { hits: Number(hits), visitors: visitorsOf(ranks) };
}
