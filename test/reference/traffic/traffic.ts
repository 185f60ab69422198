/**
 * Realistic traffic, reproducible by a seed: visitors of whom few come often, visits around midnight and clock changes,
 * silences around 30 minutes, equal times, sources that change within a visit, events, engagement, bots and access logs,
 * delivered late and out of order.
 */

import type { Goals } from '../visits/goal.ts';
import type { Goal } from '../visits/query.ts';
import type { VisitHit } from '../visits/visit-hit.ts';
import { type Batch, delivered } from './delivery.ts';
import { Random } from './random.ts';
import { LOG_SITE, SITES, SPANS } from './values.ts';
import { hitsOfVisitor } from './visitor.ts';

export interface TrafficOptions {
  /** Minimum number of hits. Default: 20,000. */
  readonly hits?: number;
  /** Number of nodes that collect. Default: 3. */
  readonly nodes?: number;
}

export interface Traffic {
  /** In order of arrival. */
  readonly hits: readonly VisitHit[];
  /** Consecutive slices that cover all hits. */
  readonly batches: readonly Batch[];
}

/**
 * @example
 * const { hits, batches } = generate(17, { hits: 1000 });
 * const first = hits.slice(batches[0].start, batches[0].end);
 */
export function generate(seed: number, { hits = 20_000, nodes = 3 }: TrafficOptions = {}): Traffic {
  const random = new Random(seed);
  const { from, to, edges } = SPANS[seed % SPANS.length]!;
  const span = { from, to, edges: edges.map((text) => Date.parse(text)) };
  const visitors: VisitHit[][] = [];
  for (let count = 0; count < hits; ) {
    const own = hitsOfVisitor(random, span, visitors.length + 1);
    visitors.push(own);
    count += own.length;
  }
  return delivered(random, visitors, nodes);
}

const GOALS: readonly Goal[] = [
  { name: 'signup', action: { kind: 'event', event: 'signup' } },
  { name: 'paid signup', action: { kind: 'event', event: 'signup', props: { plan: ['pro', 'team'] } } },
  { name: 'purchase', action: { kind: 'event', event: 'purchase' } },
  { name: 'blog', action: { kind: 'page', page: '/blog/*' } },
  { name: 'read blog', action: { kind: 'scroll', page: '/blog/*', depth: 75 } },
  { name: 'leaves', action: { kind: 'outbound' } },
  { name: 'guide', action: { kind: 'download', url: '*guide*' } },
  { name: 'not found', action: { kind: 'not_found' } },
];

/** Goals of each site that this traffic converts. */
export const TRAFFIC_GOALS: Goals = Object.fromEntries([...SITES, LOG_SITE].map((site) => [site, GOALS]));
