/**
 * Properties of all answers, for random traffic and queries. `HIT_TEST_SEED` draws others, `HIT_TEST_ROUNDS` more of them.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rounds } from '../../fixtures/rounds.ts';
import {
  drawnFilter,
  drawnFunnel,
  drawnJourney,
  drawnQuery,
  drawnRetention,
} from '../traffic/drawn-query.ts';
import { Random } from '../traffic/random.ts';
import { generate, TRAFFIC_GOALS } from '../traffic/traffic.ts';
import type { Filter, FilterDimension, Metric, Query, Value } from './query.ts';
import { reference } from './reference.ts';
import { visitsOf } from './visit.ts';
import { isSignal } from './visit-hit.ts';

const SEED = Number(process.env.HIT_TEST_SEED ?? 5);
const ROUNDS = rounds(1000, 25);
const { hits } = generate(SEED, { hits: 4000 });
const known = reference(hits, { goals: TRAFFIC_GOALS });
/** The first four are additive over time. */
const METRICS: readonly Metric[] = [
  'hits',
  'pageviews',
  'events',
  'visits',
  'visitors',
  'bounce_rate',
  'visit_duration',
  'revenue',
  'conversions',
  'time_on_page',
  'scroll_depth',
];

function always(title: string, check: (random: Random) => void): void {
  test(title, () => {
    for (let round = 0; round < ROUNDS; round++) {
      const seed = SEED + 1000 * round;
      try {
        check(new Random(seed));
      } catch (cause) {
        throw new Error(`HIT_TEST_SEED=${SEED}, round ${round}`, { cause });
      }
    }
  });
}

function one(query: Query): readonly Value[] {
  return known.query({ ...query, dimensions: [] }).results[0]!.metrics;
}

/** A query that does not limit or compare rows. */
function plainQuery(random: Random): Query {
  const { site, period, timezone, filters = [], bots = 'include' } = drawnQuery(random, SEED);
  return {
    ...(site !== undefined && { site }),
    period,
    ...(timezone && { timezone }),
    filters,
    bots,
    metrics: METRICS,
  };
}

always('a row equals the answer with a filter for its value', (random) => {
  const query = plainQuery(random);
  const dimension = random.pick<FilterDimension>([
    'page',
    'source',
    'event',
    'goal',
    'exit_page',
    'prop:plan',
    'country',
    'bot_kind',
  ]);
  for (const row of known.query({ ...query, dimensions: [dimension] }).results.slice(0, 5)) {
    const filters: Filter[] = [...query.filters!, ['is', dimension, row.dimensions]];
    assert.deepEqual(row.metrics, one({ ...query, filters }), row.dimensions[0]!);
  }
});

always('hits and visits of days add up to those of the period, with any filter', (random) => {
  const query = plainQuery(random);
  const days = known.query({ ...query, dimensions: ['time:day'] }).results;
  for (const at of [0, 1, 2, 3]) {
    const sum = days.reduce((all, { metrics }) => all + Number(metrics[at]), 0);
    assert.equal(sum, one(query)[at], METRICS[at]!);
  }
});

always(
  'a filter and its negation partition hits, and has_done and has_not_done partition visitors',
  (random) => {
    const query = { ...plainQuery(random), metrics: ['hits', 'visitors'] } as const;
    const filter = drawnFilter(random, 2);
    const all = one({ ...query, filters: [] });
    const counted = (filters: Filter[]) => one({ ...query, filters });
    const [chosen, others] = [counted([filter]), counted([['not', filter]])];
    assert.equal(Number(chosen[0]) + Number(others[0]), all[0], JSON.stringify(filter));
    const [did, didNot] = [counted([['has_done', filter]]), counted([['has_not_done', filter]])];
    assert.equal(Number(did[1]) + Number(didNot[1]), all[1], JSON.stringify(filter));
  },
);

always('answers do not depend on the order of arrival of hits with different times', (random) => {
  const inOrder = reference(
    hits.toSorted((a, b) => a.time - b.time),
    { goals: TRAFFIC_GOALS },
  );
  const query = drawnQuery(random, SEED);
  assert.deepEqual(inOrder.query(query), known.query(query));
  const walk = drawnJourney(random, SEED);
  assert.deepEqual(inOrder.journey(walk), known.journey(walk));
});

always(
  'no step of a funnel has more visitors than the previous one, and a longer window loses none',
  (random) => {
    const query = drawnFunnel(random, SEED);
    const { visitors, steps } = known.funnel({ ...query, within: { days: 1 } });
    const longer = known.funnel({ ...query, within: { days: 9 } });
    let before = visitors;
    for (const [at, step] of steps.entries()) {
      assert.ok(step.visitors <= before);
      assert.ok(step.visitors <= longer.steps[at]!.visitors);
      before = step.visitors;
    }
  },
);

always('continuations of a path add up to its visits', (random) => {
  const query = { ...drawnJourney(random, SEED), steps: 3, limit: 1000 };
  const { visits, paths } = known.journey(query);
  const sumOf = (begin: readonly (string | null)[]) =>
    paths
      .filter(
        ({ pages }) => pages.length === begin.length + 1 && begin.every((page, at) => page === pages[at]),
      )
      .reduce((sum, path) => sum + path.visits, 0);
  assert.equal(sumOf([]), visits);
  for (const path of paths)
    if (path.pages.length < 3 && path.pages.at(-1) !== null) assert.equal(sumOf(path.pages), path.visits);
});

always('a whole cohort is present in its own interval, and no more than that later', (random) => {
  const { filters = [], ...query } = drawnRetention(random, SEED);
  const { return_filters: _, ...plain } = query;
  for (const { visitors, returned } of known.retention({ ...plain, filters }).cohorts) {
    for (const count of returned) assert.ok(count <= visitors);
    if (filters.length === 0) assert.equal(returned[0], visitors);
  }
});

test('no silence within a visit reaches 30 minutes, and each between two visits does', () => {
  const ends = new Map<string, number>();
  for (const visit of visitsOf(hits).toSorted((a, b) => a.start - b.start)) {
    const times = visit.hits.map(({ hit }) => hit.time);
    for (const [at, time] of times.entries()) assert.ok(at === 0 || time - times[at - 1]! < 1_800_000);
    const who = `${visit.visitor} ${visit.isOfBot}`;
    assert.ok(visit.start - (ends.get(who) ?? 0) >= 1_800_000);
    assert.ok(!isSignal(visit.first));
    ends.set(who, times.at(-1)!);
  }
});
