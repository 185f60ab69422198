/** The properties of the events of a query. */
import type { Source } from '../source.ts';
import { allSql, needsVisit } from './condition.ts';
import { Names } from './names.ts';
import type { Scope } from './query.ts';
import { tableOf } from './rows.ts';
import { countsSql, ScopeSql } from './scope-sql.ts';

/** Maximum number of properties. */
const MOST_NAMES = 100;

/**
 * Names of properties, most frequent first.
 *
 * @throws HitError `query_timeout`, `overloaded`, `store_unavailable`
 */
export async function propNames(
  source: Source,
  scope: Scope,
): Promise<{ readonly key: string; readonly hits: number }[]> {
  const table = await tableOf(source, scope);
  const sql = new ScopeSql(scope, table, new Names({ ...scope, dimensions: [] }));
  const isByVisit = scope.filters.some(needsVisit);
  const context = sql.context(isByVisit ? 'both' : 'hit');
  const sources = sql.sourcesFor(scope.filters);
  const { text, parameters } = sql.statement(
    `SELECT arrayJoin(JSONExtractKeys(h.props)) AS key, count() AS hits
FROM ${isByVisit ? sources.hitsInVisits(scope) : sources.hits(scope)}
WHERE ${isByVisit ? 'h.time <= v.finish AND ' : ''}${countsSql(context, false)} AND h.props != '' AND ${allSql(scope.filters, context)}
GROUP BY key
ORDER BY hits DESC, key
LIMIT ${MOST_NAMES}`,
  );
  const rows = await source.store.rowsOf<{ key: string; hits: string | number }>(text, parameters);
  return rows.map(({ key, hits }) => ({ key, hits: Number(hits) }));
}
