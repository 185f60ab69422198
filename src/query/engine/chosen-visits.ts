/** The visits that filters choose: those in which a hit matches, with all their hits. */
import { allSql, namesGoals, needsHit } from './condition.ts';
import type { Filter, Span } from './query.ts';
import { countsSql, type ScopeSql } from './scope-sql.ts';

/**
 * SQL of a statement for visits `v` that filters choose.
 *
 * @param which those that begin in the period, or all that overlap it. A hit outside the period may be the one that matches.
 */
export function chosenVisitsSql(
  scope: ScopeSql,
  span: Span,
  filters: readonly Filter[],
  which: 'begin' | 'overlap',
): string {
  const sources = scope.sourcesFor(filters);
  const visits = which === 'begin' ? sources.visitsFrom(span) : sources.visitsOverlapping(span);
  return `SELECT v.* FROM ${visits} WHERE ${isChosenSql(scope, span, filters, which)}`;
}

/** SQL: whether filters choose a visit `v`. */
export function isChosenSql(
  scope: ScopeSql,
  span: Span,
  filters: readonly Filter[],
  which: 'begin' | 'overlap',
): string {
  if (!filters.some(needsHit)) return allSql(filters, scope.context('visit'));
  const sources = scope.sourcesFor(filters);
  const context = scope.context('both');
  const hits = which === 'begin' ? sources.hitsOfVisits(span) : sources.hitsOfOverlapping(span);
  return `(v.site, v.visitor, v.is_bot, v.start) IN (SELECT h.site, h.visitor, h.bot != '', v.start
FROM ${hits}
WHERE h.time <= v.finish AND ${countsSql(context, filters.some(namesGoals))} AND ${allSql(filters, context)})`;
}
