/**
 * Journeys as SQL.
 *
 * Visits with the same path are one row. From the shortest part of a path to the longest, the rows that share it are summed,
 * and those of parts with too few visits are dropped, so all parts come from one scan of the hits.
 *
 * An element of a path is '' at the end of the visit, else `=` and the page: so it is in order, and an empty page differs from
 * an end.
 */
import { chosenVisitsSql } from './chosen-visits.ts';
import { patternSql, personSql } from './condition.ts';
import type { Journey } from './journey-query.ts';
import type { ScopeSql, Statement } from './scope-sql.ts';
import { MOST_ROWS } from './statement.ts';

/**
 * Rows `path, visits0, visitors0, visits1, …`: paths of which no part is left out, with the visits and visitors of each part,
 * that of no page first.
 */
export function journeyStatement(scope: ScopeSql, journey: Journey): Statement {
  const { steps, limit } = journey;
  const columns = Array.from({ length: steps + 1 }, (_, length) => `visits${length}, visitors${length}`);
  let rows = `SELECT *, ${summed(0)} FROM (${pathsSql(scope, journey)})`;
  for (let length = 1; length <= steps; length++) {
    const part = `(SELECT *, cityHash64(arraySlice(path, 1, ${length})) AS part${length} FROM (${rows}))`;
    rows = `SELECT * FROM (
SELECT *, dense_rank() OVER (PARTITION BY part${length - 1} ORDER BY visits${length} DESC, path[${length}]) AS rank${length}
FROM (SELECT *, ${summed(length)} FROM ${part})
) WHERE rank${length} <= ${limit}`;
  }
  return scope.statement(`SELECT path, ${columns.join(', ')} FROM (${rows}) LIMIT ${MOST_ROWS + 1}`);
}

function summed(length: number): string {
  const part = `OVER (PARTITION BY part${length})`;
  return `sum(visits) ${part} AS visits${length}, uniqExactMerge(persons) ${part} AS visitors${length}`;
}

/** Paths with their visits and visitors. */
function pathsSql(scope: ScopeSql, journey: Journey): string {
  const { page, direction, steps, filters } = journey;
  const sources = scope.sourcesFor([]);
  const visits = chosenVisitsSql(scope, journey, filters, 'begin');
  const isView = `${sources.isOfVisits(journey)} AND h.name = 'pageview'`;
  const isPage = patternSql('h.path', page, scope.bind);
  // Few visitors see most pages, and only their hits need to be joined with visits.
  const theirs = `(h.site, h.visitor) IN (SELECT h.site, h.visitor FROM ${sources.hitsThat(`${isView} AND ${isPage}`)})`;
  const views = sources.hitsIn(visits, isPage === 'true' ? isView : `${isView} AND ${theirs}`);
  const inOrder = 'arrayMap(view -> view.4, arraySort(groupArray((h.time, h.batch, h.position, h.path))))';
  const pages = direction === 'after' ? inOrder : `arrayReverse(${inOrder})`;
  const following = `arrayMap(page -> concat('=', page), arraySlice(pages, anchor + 1, ${steps}))`;
  return `SELECT arraySlice(arrayPushBack(${following}, ''), 1, ${steps}) AS path, 0 AS part0,
    count() AS visits, uniqExactState(person) AS persons
FROM
(
    SELECT person, pages, arrayFirstIndex(page -> ${patternSql('page', page, scope.bind)}, pages) AS anchor
    FROM
    (
        SELECT ${personSql('h')} AS person, arrayCompact(${pages}) AS pages
        FROM ${views}
        WHERE h.time <= v.finish
        GROUP BY person, h.bot != '', v.start
        HAVING countIf(${isPage}) > 0
    )
)
GROUP BY path`;
}
