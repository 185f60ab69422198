import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { rounds } from '../../../test/fixtures/rounds.ts';
import { storedTraffic } from '../../../test/fixtures/stored-traffic.ts';
import { drawnJourney } from '../../../test/reference/traffic/drawn-query.ts';
import { Random } from '../../../test/reference/traffic/random.ts';
import { answerJourney } from './journey.ts';

describe('a journey', () => {
  test('has the answers of a plain recount', async (t) => {
    const seed = Number(process.env.HIT_TEST_SEED ?? 1);
    const { store, recount, understood } = await storedTraffic(t, seed);
    const random = new Random(seed);
    let long = 0;
    const count = rounds(2000, 20, 60);
    for (let asked = 1; asked <= count; asked++) {
      const query = drawnJourney(random, seed);
      const { page, direction, steps, limit = 10 } = query;
      const message = `journey ${asked}: ${JSON.stringify(query)}`;
      const journey = { ...understood(query), page, direction, steps, limit };
      const got = await answerJourney({ store }, journey).catch((error: unknown) => {
        throw new Error(message, { cause: error });
      });
      const expected = recount.journey(query);
      assert.deepEqual(got, expected, message);
      if (expected.paths.some(({ pages }) => pages.length > 2)) long++;
    }
    assert.ok(long > Math.min(5, count / 12), 'some paths have three pages');
  });
});
