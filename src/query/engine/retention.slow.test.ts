import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { rounds } from '../../../test/fixtures/rounds.ts';
import { storedTraffic } from '../../../test/fixtures/stored-traffic.ts';
import { Calendar } from '../../../test/reference/calendar.ts';
import { drawnRetention } from '../../../test/reference/traffic/drawn-query.ts';
import { Random } from '../../../test/reference/traffic/random.ts';
import type { Calendar as Starts } from './answer.ts';
import { answerRetention } from './retention.ts';

const calendarOf =
  (timezone = 'UTC'): Starts =>
  (interval, { from, to }) =>
    new Calendar(timezone).startsIn(interval, from, to);

describe('retention', () => {
  test('has the answers of a plain recount', async (t) => {
    const seed = Number(process.env.HIT_TEST_SEED ?? 1);
    const { store, recount, understood } = await storedTraffic(t, seed);
    const random = new Random(seed);
    let returning = 0;
    const count = rounds(2000, 20, 60);
    for (let asked = 1; asked <= count; asked++) {
      const query = drawnRetention(random, seed);
      const { interval, return_filters: returnFilters = [] } = query;
      const message = `retention ${asked}: ${JSON.stringify(query)}`;
      const got = await answerRetention(
        { store },
        { ...understood(query), interval, returnFilters, identity: 'cookie' },
        calendarOf(query.timezone),
      ).catch((error: unknown) => {
        throw new Error(message, { cause: error });
      });
      const { cohorts } = recount.retention(query);
      assert.deepEqual(got, { cohorts, meta: {} }, message);
      if (cohorts.some(({ returned }) => returned.slice(1).some((visitors) => visitors > 0))) returning++;
    }
    assert.ok(returning > Math.min(5, count / 12), 'in some answers, visitors return');
  });

  test('knows what can be known, within bounds', async (t) => {
    const { store, understood } = await storedTraffic(t, 1, 200);

    await t.test('returns are unknown where visitors have no cookies, and the answer says why', async () => {
      const scope = understood({ period: { from: '2026-10-20', to: '2026-10-23' } });
      const retention = { ...scope, interval: 'day', returnFilters: [] } as const;
      const known = await answerRetention({ store }, { ...retention, identity: 'cookie' }, calendarOf());
      const unknown = await answerRetention(
        { store },
        { ...retention, identity: 'cookieless' },
        calendarOf(),
      );
      assert.deepEqual(
        unknown.cohorts.map(({ returned }) => returned),
        known.cohorts.map(({ returned }) => [returned[0], ...returned.slice(1).map(() => null)]),
      );
      assert.match(unknown.meta.note ?? '', /Without cookies/);
      assert.deepEqual(known.meta, {});
    });

    await t.test('a period of too many intervals is refused', async () => {
      const scope = understood({ period: { from: '2024-01-01', to: '2026-01-01' } });
      const retention = { ...scope, interval: 'day', returnFilters: [], identity: 'cookie' } as const;
      await assert.rejects(answerRetention({ store }, retention, calendarOf()), { code: 'invalid' });
    });
  });
});
