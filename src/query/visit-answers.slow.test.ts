/** Funnels, journeys and retention from JSON to answer, compared with a plain recount of the hits. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { rounds } from '../../test/fixtures/rounds.ts';
import { storedTraffic } from '../../test/fixtures/stored-traffic.ts';
import { answered } from '../../test/fixtures/visit-answers.ts';
import { drawnFunnel, drawnJourney, drawnRetention } from '../../test/reference/traffic/drawn-query.ts';
import { Random } from '../../test/reference/traffic/random.ts';
import { TRAFFIC_GOALS } from '../../test/reference/traffic/traffic.ts';
import { PERIOD_NAMES } from '../../test/reference/visits/query.ts';
import type { Goal } from './engine/query.ts';
import type { StoredFunnel } from './resources/funnel-reader.ts';

const GOALS: Goal[] = Object.entries(TRAFFIC_GOALS).flatMap(([site, own]) =>
  own.map(({ name, action }) => ({ site, name, action })),
);
const FUNNELS: StoredFunnel[] = Object.keys(TRAFFIC_GOALS).map((site) => ({
  ...{ site, name: 'way' },
  steps: [{ kind: 'page', page: '*' }, { any: ['signup', { kind: 'outbound' }] }],
  within: { days: 30 },
}));

const seed = Number(process.env.HIT_TEST_SEED ?? 6);
const random = new Random(seed);
const options = { timeout: 300_000 };

/** A drawn query, most of the time with a named period. */
function ofAnyPeriod<Query extends object>(query: Query): Query {
  return random.chance(0.6) ? { ...query, period: random.pick(PERIOD_NAMES) } : query;
}

describe('the answer to a query about visits', () => {
  test('equals a plain recount, and its query has the same answer again', options, async (t) => {
    const { store, recount, now } = await storedTraffic(t, seed);
    const source = { store };

    await t.test('funnels', options, async () => {
      let partial = 0;
      for (let asked = 0; asked < rounds(500, 4, 30); asked++) {
        const query = ofAnyPeriod(drawnFunnel(random, seed));
        const { limit, ...rest } = query;
        const answer = await answered('funnel', source, rest.by ? query : rest, now, GOALS, FUNNELS);
        const expected = recount.funnel(query);
        const message = JSON.stringify(query);
        const plain = (steps: typeof answer.steps) =>
          steps.map(({ step_conversion_rate: _, ...step }) => step);
        assert.equal(answer.visitors, expected.visitors, message);
        assert.deepEqual(plain(answer.steps), expected.steps, message);
        assert.deepEqual(
          answer.rows?.map(({ value, steps }) => ({ value, steps: plain(steps) })),
          expected.rows,
          message,
        );
        for (const steps of [answer.steps, ...(answer.rows ?? []).map((row) => row.steps)]) {
          let before = steps[0]!.visitors!;
          for (const { visitors, step_conversion_rate: rate } of steps) {
            assert.equal(
              rate,
              before === 0 ? null : Math.round((10_000 * visitors!) / before) / 10_000,
              message,
            );
            if (rate !== null && rate > 0 && rate < 1) partial++;
            before = visitors!;
          }
        }
        assert.deepEqual(answer.meta, {}, message);
      }
      assert.ok(partial > 0, 'some visitors go on and some do not');
    });

    await t.test('a stored funnel has the same answer as its steps', options, async () => {
      for (const { site, steps, within } of FUNNELS) {
        const answer = await answered(
          'funnel',
          source,
          { site, period: 'all', funnel: 'way' },
          now,
          GOALS,
          FUNNELS,
        );
        const expected = recount.funnel({ site, period: 'all', steps, within });
        assert.deepEqual(
          answer.steps.map(({ visitors }) => visitors),
          expected.steps.map(({ visitors }) => visitors),
        );
        assert.deepEqual(answer.query.steps, steps);
        assert.deepEqual(answer.query.within, within);
      }
    });

    await t.test('journeys', options, async () => {
      let found = 0;
      for (let asked = 0; asked < rounds(500, 4, 30); asked++) {
        const query = ofAnyPeriod(drawnJourney(random, seed));
        const both = random.chance(0.5);
        const answer = await answered(
          'journeys',
          source,
          both ? { ...query, direction: 'both' } : query,
          now,
          GOALS,
        );
        for (const direction of ['before', 'after'] as const) {
          const message = `${direction} ${JSON.stringify(query)}`;
          if (!both && direction !== query.direction) {
            assert.equal(answer[direction], undefined, message);
            continue;
          }
          const { visits, visitors, paths } = recount.journey({ ...query, direction });
          assert.deepEqual([answer.visits, answer.visitors], [visits, visitors], message);
          assert.deepEqual(answer[direction], paths, message);
          found += paths.length;
        }
        assert.deepEqual(answer.meta, {});
      }
      assert.ok(found > 0, 'there are paths');
    });

    await t.test('retention', options, async () => {
      let found = 0;
      for (let asked = 0; asked < rounds(500, 4, 30); asked++) {
        const query = ofAnyPeriod(drawnRetention(random, seed));
        const answer = await answered('retention', source, query, now, GOALS);
        const { cohorts } = recount.retention(query);
        assert.deepEqual(answer.cohorts, cohorts, JSON.stringify(query));
        assert.deepEqual(answer.meta, {});
        found += cohorts.reduce((sum, { returned }) => sum + returned.slice(1).reduce((a, b) => a + b, 0), 0);
      }
      assert.ok(found > 0, 'some come back');
    });

    await t.test('without cookies, returns are null, and a note says why', async () => {
      const query = { period: { from: '2026-10-20', to: '2026-10-23' }, interval: 'day' };
      const known = await answered('retention', source, query, now, GOALS);
      const unknown = await answered('retention', source, { ...query, identity: 'cookieless' }, now, GOALS);
      assert.deepEqual(
        unknown.cohorts.map(({ visitors, returned }) => [visitors, ...returned]),
        known.cohorts.map(({ visitors, returned }) => [
          visitors,
          returned[0],
          ...returned.slice(1).map(() => null),
        ]),
      );
      const [note, ...rest] = unknown.meta.notes!;
      assert.match(note!.detail, /^Without cookies, a visitor has a new ID each day \(UTC\)/);
      assert.deepEqual(rest, []);
      assert.equal(known.query.identity, 'cookie');
    });
  });
});
