/**
 * What is true of all answers, whatever was sent: traffic and questions are drawn at random. `HIT_TEST_SEED` draws others,
 * and more of them with `HIT_TEST_ROUNDS`.
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
import { SIGNAL } from './visit-hit.ts';

const SEED = Number(process.env.HIT_TEST_SEED ?? 5);
const ROUNDS = rounds(1000, 25);
const { hits } = generate(SEED, { hits: 4000 });
const known = reference(hits, { goals: TRAFFIC_GOALS });
/** Those that add up, and those that do not. */
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

/** A question without what would cut or compare rows. */
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

always('a row is what a filter for its value gives', (random) => {
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

always('a filter and its negation part the hits, and has_done the visitors', (random) => {
  const query = { ...plainQuery(random), metrics: ['hits', 'visitors'] } as const;
  const filter = drawnFilter(random, 2);
  const all = one({ ...query, filters: [] });
  const counted = (filters: Filter[]) => one({ ...query, filters });
  const [chosen, others] = [counted([filter]), counted([['not', filter]])];
  assert.equal(Number(chosen[0]) + Number(others[0]), all[0], JSON.stringify(filter));
  const [did, didNot] = [counted([['has_done', filter]]), counted([['has_not_done', filter]])];
  assert.equal(Number(did[1]) + Number(didNot[1]), all[1], JSON.stringify(filter));
});

always('an answer does not depend on the order in which hits of different times came', (random) => {
  const inOrder = reference(
    hits.toSorted((a, b) => a.time - b.time),
    { goals: TRAFFIC_GOALS },
  );
  const query = drawnQuery(random, SEED);
  assert.deepEqual(inOrder.query(query), known.query(query));
  const walk = drawnJourney(random, SEED);
  assert.deepEqual(inOrder.journey(walk), known.journey(walk));
});

always('no step of a funnel has more visitors than the one before, and more days lose none', (random) => {
  const query = drawnFunnel(random, SEED);
  const { visitors, steps } = known.funnel({ ...query, within: { days: 1 } });
  const longer = known.funnel({ ...query, within: { days: 9 } });
  let before = visitors;
  for (const [at, step] of steps.entries()) {
    assert.ok(step.visitors <= before);
    assert.ok(step.visitors <= longer.steps[at]!.visitors);
    before = step.visitors;
  }
});

always('ways that go on from a way add up to it', (random) => {
  const query = { ...drawnJourney(random, SEED), steps: 3, limit: 1000 };
  const { visits, ways } = known.journey(query);
  const sumOf = (begin: readonly (string | null)[]) =>
    ways
      .filter(
        ({ pages }) => pages.length === begin.length + 1 && begin.every((page, at) => page === pages[at]),
      )
      .reduce((sum, way) => sum + way.visits, 0);
  assert.equal(sumOf([]), visits);
  for (const way of ways)
    if (way.pages.length < 3 && way.pages.at(-1) !== null) assert.equal(sumOf(way.pages), way.visits);
});

always('a cohort is all there in its own interval, and never larger later', (random) => {
  const { filters = [], ...query } = drawnRetention(random, SEED);
  const { return_filters: _, ...plain } = query;
  for (const { visitors, returned } of known.retention({ ...plain, filters }).cohorts) {
    for (const count of returned) assert.ok(count <= visitors);
    if (filters.length === 0) assert.equal(returned[0], visitors);
  }
});

test('within a visit no silence is 30 minutes long, and between two there is one', () => {
  const ends = new Map<string, number>();
  for (const visit of visitsOf(hits).toSorted((a, b) => a.begin - b.begin)) {
    const times = visit.hits.map(({ hit }) => hit.time);
    for (const [at, time] of times.entries()) assert.ok(at === 0 || time - times[at - 1]! < 1_800_000);
    const who = `${visit.person} ${visit.isOfBot}`;
    assert.ok(visit.begin - (ends.get(who) ?? 0) >= 1_800_000);
    assert.notEqual(visit.first.name, SIGNAL);
    ends.set(who, times.at(-1)!);
  }
});
