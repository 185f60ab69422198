/** What a query reads: goals, hits, visits. The statements, and the gaps of their answers, depend on it. */
import { isOfHit, isOfVisit } from './column.ts';
import { mentionsGoals, needsHit, needsVisit, personFilters } from './condition.ts';
import { needsSignals } from './goal-sql.ts';
import { basisOf } from './measure.ts';
import type { Filter, Goal, Metric, Query } from './query.ts';

/** The relevant parts of a query. */
export type Asked = Pick<Query, 'metrics' | 'dimensions' | 'filters' | 'goal' | 'goals' | 'hasAllVisits'>;

/** Whether a metric counts conversions of goals. Revenue counts all hits unless the query has a goal. */
export function countsGoals(metric: Metric, goal: string | undefined): boolean {
  switch (metric) {
    case 'conversions':
    case 'conversion_rate':
      return true;
    case 'revenue':
    case 'average_revenue':
      return goal !== undefined;
    default:
      return false;
  }
}

/** Whether dimensions or filters need single hits. */
export function usesHits({ dimensions, filters }: Pick<Asked, 'dimensions' | 'filters'>): boolean {
  return dimensions.some(isOfHit) || filters.some(needsHit);
}

/** Whether the hits of `has_done` filters are read together with their visits. */
export function personsJoinVisits(filter: Filter, goals: readonly Goal[]): boolean {
  return needsVisit(filter) || (mentionsGoals(filter) && goals.some(needsSignals));
}

/** Whether sums over hits read hits together with their visits: for all metrics alike, as one statement counts them. */
export function joinsVisits({ metrics, dimensions, filters, goal, goals }: Asked): boolean {
  const asksGoals =
    dimensions.includes('goal') ||
    filters.some(mentionsGoals) ||
    metrics.some((metric) => countsGoals(metric, goal));
  return (
    dimensions.some(isOfVisit) ||
    filters.some(needsVisit) ||
    metrics.some((metric) => basisOf(metric) === 'signals') ||
    (asksGoals && goals.some(needsSignals))
  );
}

/** Whether visits alone give most of an answer: necessary if it is about visits, and possible if it counts visits anyway. */
export function countsWholeVisits(query: Asked): boolean {
  if (usesHits(query)) return false;
  return joinsVisits(query) || mayCountVisits(query);
}

function mayCountVisits({ metrics, hasAllVisits = false }: Asked): boolean {
  return hasAllVisits && metrics.some((metric) => basisOf(metric) === 'visits');
}

/** The data that a metric of a query is counted from. */
export function needsOf(metric: Metric, query: Asked): { readonly hits: boolean; readonly visits: boolean } {
  const persons = query.filters.flatMap(personFilters);
  // `has_done` filters need the hits of the period, and their visits if they are about visits.
  const joinsPersons = persons.some((filter) => personsJoinVisits(filter, query.goals));
  if (basisOf(metric) === 'visits') return { hits: usesHits(query) || persons.length > 0, visits: true };
  return { hits: true, visits: joinsVisits(query) || joinsPersons || countsWholeVisits(query) };
}
