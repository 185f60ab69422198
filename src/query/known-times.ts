/**
 * When everything that a query counts is there, in milliseconds since 1970. Hits and visits are purged at different ages: so
 * visits are known of a time whose hits are not, and metrics differ. And visits may lack the latest hits.
 */
import { readCutoffs } from '../retention/cutoffs.ts';
import { hitsKnownFrom } from './data-stats.ts';
import { needsOf } from './engine/needs.ts';
import type { Metric, Query, Span } from './engine/query.ts';
import type { Source } from './source.ts';

export interface KnownTimes {
  readonly hits: number;
  readonly visits: number;
  /** From then on, visits lack hits; infinity if they have all. */
  readonly visitsUntil: number;
}

/**
 * What is known of periods.
 *
 * @param sites none: all of them; one of which something is missing makes the sum incomplete
 * @param visitsUntil see `KnownTimes`
 */
export async function knownTimes(
  source: Source,
  sites: readonly string[],
  spans: readonly Span[],
  visitsUntil: number,
): Promise<KnownTimes[]> {
  const cutoffs = await readCutoffs(source.store);
  const ofVisits =
    sites.length === 0 ? [...cutoffs.visits.values()] : sites.map((site) => cutoffs.visits.get(site) ?? 0);
  const areLost = source.store.guard.parts.isIncomplete('visits');
  const times: KnownTimes[] = [];
  for (const { from, to } of spans) {
    let hits = 0;
    for (const site of sites.length === 0 ? [''] : sites)
      hits = Math.max(hits, await hitsKnownFrom(source, { site, from, to }, cutoffs));
    times.push({ hits, visits: areLost ? to : Math.max(0, ...ofVisits), visitsUntil });
  }
  return times;
}

/** When a metric of a query is known: from when on, and until when; milliseconds since 1970. */
export function metricKnown(metric: Metric, query: Query, known: KnownTimes): Span {
  const needs = needsOf(metric, query);
  return {
    from: Math.max(needs.hits ? known.hits : 0, needs.visits ? known.visits : 0),
    to: needs.visits ? known.visitsUntil : Number.POSITIVE_INFINITY,
  };
}
