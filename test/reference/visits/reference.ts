/**
 * What questions about visits are to be answered with: plain loops over the hits that were sent. It is exact, slow, and
 * knows nothing of the product but the type of a hit; engines are compared with it.
 *
 * The contract is obeyed; what it leaves open is chosen as Plausible's Stats API v2 or GA4 has it. Each file lists its
 * choices: visit.ts (what a visit is), filter.ts, selection.ts (bots), dimension.ts, goal.ts, metric.ts, answer.ts (rows,
 * order, comparison), period.ts, funnel.ts, journey.ts and retention.ts.
 */

import { answer } from './answer.ts';
import { type Lists, type Naming, PLAIN_LISTS } from './dimension.ts';
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
import type { World } from './selection.ts';
import { type VisitedHit, visitsOf } from './visit.ts';
import type { VisitHit } from './visit-hit.ts';

export interface Known {
  /** Goals by site. */
  readonly goals?: Goals;
  readonly lists?: Lists;
  /** Milliseconds since 1970; named periods end then. Default: a millisecond after the last hit. */
  readonly now?: number;
}

export interface Reference {
  query(query: Query): Answer;
  funnel(query: FunnelQuery): FunnelAnswer;
  journey(query: JourneyQuery): JourneyAnswer;
  retention(query: RetentionQuery): RetentionAnswer;
}

/**
 * @param hits in the order in which they came
 * @example
 * reference(hits).query({ period: '30d', metrics: ['visits'], dimensions: ['source'] }).results;
 */
export function reference(
  hits: readonly VisitHit[],
  { goals = {}, lists = PLAIN_LISTS, now }: Known = {},
): Reference {
  const visits = visitsOf(hits);
  const converted = goalsByHit(goals);
  const naming: Naming = { lists, goalsOf: converted };
  let last = 0;
  for (const { time } of hits) last = Math.max(last, time + 1);
  const world: World = { visits, naming, now: now ?? last };
  return {
    query: (query) => answer(world, query),
    funnel: (query) => funnel(world, query),
    journey: (query) => journey(world, query),
    retention: (query) => retention(world, query),
  };
}

/** The goals that a hit converts, looked up once. */
function goalsByHit(goals: Goals): Naming['goalsOf'] {
  const tests = new Map(
    Object.entries(goals).map(([site, own]) => [
      site,
      own.map(({ name, action }) => ({ name, test: testOf(action) })),
    ]),
  );
  const known = new Map<VisitedHit, readonly string[]>();
  return (hit) => {
    const names = known.get(hit) ?? goalsOf(hit, tests.get(hit.hit.site) ?? []);
    known.set(hit, names);
    return names;
  };
}
