/**
 * The period of which a query has complete data, in milliseconds since 1970. Hits and visits are purged at different ages, so it
 * differs by metric; and visits may lack the latest hits.
 */
import { readCutoffs } from '../retention/cutoffs.ts';
import { dataKnownFrom } from './data-stats.ts';
import { needsOf } from './engine/needs.ts';
import type { Metric, Query, Span } from './engine/query.ts';
import type { Source } from './source.ts';

export interface KnownTimes {
  /** The time from which all hits of the period are stored: some earlier ones are purged. */
  readonly hits: number;
  /** The same for rollups. */
  readonly rollups: number;
  /** The same for visits. */
  readonly visits: number;
  /** The time from which visits lack hits; infinity if they lack none. */
  readonly visitsUntil: number;
}

/**
 * The data known for periods.
 *
 * @param sites none: all; one site with missing data makes the sum incomplete
 * @param visitsUntil see `KnownTimes`
 */
export async function knownTimes(
  source: Source,
  sites: readonly string[],
  spans: readonly Span[],
  visitsUntil: number,
): Promise<KnownTimes[]> {
  const cutoffs = await readCutoffs(source.store);
  const times: KnownTimes[] = [];
  for (const { from, to } of spans) {
    let [hits, rollups, visits] = [0, 0, 0];
    for (const site of sites.length === 0 ? [''] : sites) {
      const { hitsFrom, rollupsFrom, visitsFrom } = await dataKnownFrom(source, { site, from, to }, cutoffs);
      hits = Math.max(hits, hitsFrom);
      rollups = Math.max(rollups, rollupsFrom);
      visits = Math.max(visits, visitsFrom);
    }
    times.push({ hits, rollups, visits, visitsUntil });
  }
  return times;
}

/** The time span for which a metric of a query is known, in milliseconds since 1970. */
export function metricKnown(metric: Metric, query: Query, known: KnownTimes): Span {
  const needs = needsOf(metric, query);
  return {
    from: Math.max(needs.hits ? known.hits : 0, needs.visits ? known.visits : 0),
    to: needs.visits ? known.visitsUntil : Number.POSITIVE_INFINITY,
  };
}
