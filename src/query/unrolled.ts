/** Rankings without rollups: each hit is read. */
import type { Dimension } from '../clickhouse/dimension.ts';
import { QUERY_LIMITS } from '../store/store.ts';
import type { Prop } from './answers.ts';
import type { Value } from './counts.ts';
import { hitsQuery } from './from-hits.ts';
import type { BoundedSelection } from './plan.ts';
import { ENDS, isProp, PROP, type Ranking } from './ranking.ts';
import type { Row, Source } from './source.ts';

/** The values with most hits of a ranking that is not a dimension; for `entry` and `exit`, with most visits. */
export async function rankUnrolled(
  source: Source,
  period: BoundedSelection,
  by: Exclude<Ranking, Dimension>,
  limit: number,
): Promise<Value[]> {
  const { parameters, fragments } = await hitsQuery(source, period);
  const [query, unrolledRows] = isProp(by)
    ? ['top_prop', { key: by.slice(PROP.length) }]
    : ['top_ends', { end: ENDS[by] }];
  const rows = await source.store.rows<Row<'hits' | 'visitors'> & { value: string }>(
    query,
    { ...parameters, ...unrolledRows, limit },
    QUERY_LIMITS,
    fragments,
  );
  return rows.map(({ value, hits, visitors }) => ({ value, hits: Number(hits), visitors: Number(visitors) }));
}

/** Properties of the events in a period, most hits first. */
export async function readProps(source: Source, period: BoundedSelection): Promise<Prop[]> {
  const { parameters, fragments } = await hitsQuery(source, period);
  const rows = await source.store.rows<Row<'hits'> & { key: string }>(
    'props',
    parameters,
    QUERY_LIMITS,
    fragments,
  );
  return rows.map(({ key, hits }) => ({ key, hits: Number(hits) }));
}
