/**
 * Retention as SQL.
 *
 * Only visits are read, unless a filter is about hits. Visits before the period are read of the visitors of the period alone,
 * and without FINAL: a row that another replaces, or that was joined to an earlier one, still shows that there was a visit.
 */
import { intervalStartSql } from '../interval-sql.ts';
import { intervalStarts } from '../interval-starts.ts';
import { isChosenSql } from './chosen-visits.ts';
import { personSql } from './condition.ts';
import type { Retention } from './retention-query.ts';
import type { ScopeSql, Statement } from './scope-sql.ts';

/**
 * Rows `cohort, back, visitors`: how many visitors of a cohort return in an interval; `back` is 0 for all of the cohort. Both
 * are starts of intervals, in milliseconds since 1970.
 */
export function retentionStatement(scope: ScopeSql, retention: Retention): Statement {
  const { filters, returnFilters, interval, timezone } = retention;
  const sources = scope.sourcesFor([]);
  const person = personSql('v');
  const starts = intervalStarts(interval, retention, timezone);
  const slot = intervalStartSql('toUnixTimestamp64Milli(v.start)', starts);
  const text = `SELECT cohort, back, count() AS visitors
FROM
(
    SELECT person, argMin(slot, start) AS cohort, argMin(is_chosen, start) AS is_member,
        arrayPushFront(groupUniqArrayIf(slot, is_return), 0) AS backs
    FROM
    (
        SELECT ${person} AS person, v.start AS start, ${slot} AS slot,
            ${isChosenSql(scope, retention, filters, 'begin')} AS is_chosen,
            ${isChosenSql(scope, retention, returnFilters, 'begin')} AS is_return
        FROM ${sources.visitsFrom(retention)}
    )
    GROUP BY person
    HAVING is_member AND person NOT IN
    (
        SELECT ${person}
        FROM ${sources.visitRows({ from: 0, to: retention.from })}
        WHERE ${person} IN (SELECT ${person} FROM ${sources.visitRows(retention)})
    )
)
ARRAY JOIN backs AS back
GROUP BY cohort, back`;
  return scope.statement(text);
}
