/**
 * The reference for visits: what queries are to be answered with, counted by plain loops over the hits that were sent. It is
 * exact and slow, and knows nothing of the product but the type of a hit. Engines are compared with it.
 *
 * It follows the contract. Where the contract is silent or ambiguous, it does what Plausible's Stats API v2 or GA4 does. Each
 * file lists its choices: visit.ts (what a visit is), filter.ts, selection.ts (bots), dimension.ts, goal.ts, metric.ts,
 * answer.ts (rows, order, comparison), period.ts, funnel.ts, journey.ts and retention.ts.
 */

import { answer } from './answer.ts';
import { type Classifier, type Labels, PLAIN_CLASSIFIER } from './dimension.ts';
import { funnel } from './funnel.ts';
import { type Goals, goalsOf, testOf } from './goal.ts';
import { journey } from './journey.ts';
import type {
  Answer,
  FunnelAnswer,
  FunnelQuery,
  JourneyAnswer,
  JourneyQuery,
  Query,
  RetentionAnswer,
  RetentionQuery,
} from './query.ts';
import { retention } from './retention.ts';
import type { Dataset } from './selection.ts';
import { type HitInVisit, visitsOf } from './visit.ts';
import type { VisitHit } from './visit-hit.ts';

export interface ReferenceOptions {
  /** Goals by site. */
  readonly goals?: Goals;
  readonly classifier?: Classifier;
  /** The present, at which named periods end, in milliseconds since 1970. Default: a millisecond after the last hit. */
  readonly now?: number;
}

export interface Reference {
  query(query: Query): Answer;
  funnel(query: FunnelQuery): FunnelAnswer;
  journey(query: JourneyQuery): JourneyAnswer;
  retention(query: RetentionQuery): RetentionAnswer;
}

/**
 * @param hits in order of arrival
 * @example
 * reference(hits).query({ period: '30d', metrics: ['visits'], dimensions: ['source'] }).results;
 */
export function reference(
  hits: readonly VisitHit[],
  { goals = {}, classifier = PLAIN_CLASSIFIER, now }: ReferenceOptions = {},
): Reference {
  const visits = visitsOf(hits);
  const converted = goalsByHit(goals);
  const labels: Labels = { classifier, goalsOf: converted };
  let last = 0;
  for (const { time } of hits) last = Math.max(last, time + 1);
  const dataset: Dataset = { visits, labels, now: now ?? last };
  return {
    query: (query) => answer(dataset, query),
    funnel: (query) => funnel(dataset, query),
    journey: (query) => journey(dataset, query),
    retention: (query) => retention(dataset, query),
  };
}

/** Finds the goals that a hit converts, once per hit. */
function goalsByHit(goals: Goals): Labels['goalsOf'] {
  const tests = new Map(
    Object.entries(goals).map(([site, own]) => [
      site,
      own.map(({ name, action }) => ({ name, test: testOf(action) })),
    ]),
  );
  const known = new Map<HitInVisit, readonly string[]>();
  return (hit) => {
    const names = known.get(hit) ?? goalsOf(hit, tests.get(hit.hit.site) ?? []);
    known.set(hit, names);
    return names;
  };
}
