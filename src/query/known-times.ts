/**
 * From when on everything that a query counts is there, in milliseconds since 1970. Hits and visits are purged at different
 * ages: so visits are known of a time whose hits are not, and metrics differ.
 */
import { readCutoffs } from '../retention/cutoffs.ts';
import { hitsKnownFrom } from './data-stats.ts';
import { isOfHit, isOfVisit } from './engine/column.ts';
import { leaves } from './engine/condition.ts';
import { needsSignals } from './engine/goal-sql.ts';
import { basisOf } from './engine/measure.ts';
import type { Filter, FilterDimension, Metric, Query, Span } from './engine/query.ts';
import { VISIT_NUMBERS } from './engine/query.ts';
import type { Source } from './source.ts';

export interface KnownTimes {
  readonly hits: number;
  readonly visits: number;
}

/** @param sites none: all of them; one of which something is missing makes the sum incomplete */
export async function knownTimes(
  source: Source,
  sites: readonly string[],
  { from, to }: Span,
): Promise<KnownTimes> {
  const { visits } = await readCutoffs(source.store);
  const cutoffs = sites.length === 0 ? [...visits.values()] : sites.map((site) => visits.get(site) ?? 0);
  let hits = 0;
  for (const site of sites.length === 0 ? [''] : sites)
    hits = Math.max(hits, await hitsKnownFrom(source, { site, from, to }));
  const areLost = source.store.guard.parts.isIncomplete('visits');
  return { hits, visits: areLost ? to : Math.max(0, ...cutoffs) };
}

/**
 * From when on a metric of a query is known. Visits alone tell what is about whole visits, unless a dimension or a filter asks
 * for single hits.
 */
export function metricKnownFrom(metric: Metric, query: Query, known: KnownTimes): number {
  const names = query.filters.flatMap(leaves);
  const asksPersons = query.filters.some(namesPersons);
  const usesHits = query.dimensions.some(isOfHit) || names.some((name) => isOfHitIn(name)) || asksPersons;
  const basis = basisOf(metric);
  if (basis === 'visits') return usesHits ? Math.max(known.hits, known.visits) : known.visits;
  const usesVisits =
    query.dimensions.some(isOfVisit) ||
    names.some((name) => !isOfHitIn(name) && name !== 'site') ||
    asksPersons ||
    basis === 'signals' ||
    query.goals.some(needsSignals);
  return usesVisits ? Math.max(known.hits, known.visits) : known.hits;
}

function isOfHitIn(name: string): boolean {
  if ((VISIT_NUMBERS as readonly string[]).includes(name)) return false;
  return name === 'value' || isOfHit(name as FilterDimension);
}

/** Whether a filter asks what visitors have done. */
function namesPersons(filter: Filter): boolean {
  switch (filter[0]) {
    case 'and':
    case 'or':
      return filter[1].some(namesPersons);
    case 'not':
      return namesPersons(filter[1]);
    default:
      return filter[0] === 'has_done' || filter[0] === 'has_not_done';
  }
}
