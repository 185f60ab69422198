import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { rounds } from '../../../test/fixtures/rounds.ts';
import { storedTraffic } from '../../../test/fixtures/stored-traffic.ts';
import { drawnFunnel } from '../../../test/reference/traffic/drawn-query.ts';
import { Random } from '../../../test/reference/traffic/random.ts';
import { answerFunnel } from './funnel.ts';

describe('a funnel', () => {
  test('has the answers of a plain recount', async (t) => {
    const seed = Number(process.env.HIT_TEST_SEED ?? 1);
    const { store, recount, understood } = await storedTraffic(t, seed);
    const random = new Random(seed);
    let deep = 0;
    const count = rounds(2000, 20, 60);
    for (let asked = 1; asked <= count; asked++) {
      const query = drawnFunnel(random, seed);
      const { steps, within, by, limit = 100 } = query;
      const message = `funnel ${asked}: ${JSON.stringify(query)}`;
      const got = await answerFunnel({ store }, { ...understood(query), steps, within, by, limit }).catch(
        (error: unknown) => {
          throw new Error(message, { cause: error });
        },
      );
      const expected = recount.funnel(query);
      assert.deepEqual(got, expected, message);
      if (expected.steps[2] && expected.steps[2].visitors > 0) deep++;
    }
    assert.ok(deep > Math.min(5, count / 12), 'some funnels have visitors at the third step');
  });
});
