/** What a query needs to be answered: goals, and visits besides hits. The statements and what is known of them follow from it. */
import { isOfHit, isOfVisit } from './column.ts';
import { mentionsGoals, needsHit, needsVisit, personFilters } from './condition.ts';
import { needsSignals } from './goal-sql.ts';
import { basisOf } from './measure.ts';
import type { Filter, Goal, Metric, Query } from './query.ts';

/** The parts of a query that decide. */
export type Asked = Pick<Query, 'metrics' | 'dimensions' | 'filters' | 'goal' | 'goals' | 'hasAllVisits'>;

/** Whether a metric counts conversions of goals: revenue is that of all hits, unless the query names a goal. */
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

/** Whether dimensions or filters ask for single hits. */
export function usesHits({ dimensions, filters }: Pick<Asked, 'dimensions' | 'filters'>): boolean {
  return dimensions.some(isOfHit) || filters.some(needsHit);
}

/** Whether the hits of persons who did something are those of hits in their visits. */
export function personsJoinVisits(filter: Filter, goals: readonly Goal[]): boolean {
  return needsVisit(filter) || (mentionsGoals(filter) && goals.some(needsSignals));
}

/** Whether sums over hits are those of hits in their visits: of all metrics, as one statement counts them. */
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

/** Whether visits alone tell most of an answer: they must if it asks about them, and may if it counts some of them anyway. */
export function countsWholeVisits(query: Asked): boolean {
  if (usesHits(query)) return false;
  return joinsVisits(query) || mayCountVisits(query);
}

function mayCountVisits({ metrics, hasAllVisits = false }: Asked): boolean {
  return hasAllVisits && metrics.some((metric) => basisOf(metric) === 'visits');
}

/** What a metric of a query is counted from. */
export function needsOf(metric: Metric, query: Asked): { readonly hits: boolean; readonly visits: boolean } {
  const persons = query.filters.flatMap(personFilters);
  // What visitors did in the period is told by its hits, and by their visits if it is about these.
  const joinsPersons = persons.some((filter) => personsJoinVisits(filter, query.goals));
  if (basisOf(metric) === 'visits') return { hits: usesHits(query) || persons.length > 0, visits: true };
  return { hits: true, visits: joinsVisits(query) || joinsPersons || countsWholeVisits(query) };
}
