import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { rounds } from '../../../test/fixtures/rounds.ts';
import { storedTraffic } from '../../../test/fixtures/stored-traffic.ts';
import { Calendar } from '../../../test/reference/calendar.ts';
import { drawnQuery } from '../../../test/reference/traffic/drawn-query.ts';
import { Random } from '../../../test/reference/traffic/random.ts';
import { answerQuery } from './answer.ts';

describe('a query', () => {
  test('has the answers of a plain recount', async (t) => {
    const seed = Number(process.env.HIT_TEST_SEED ?? 1);
    const { store, recount, understood } = await storedTraffic(t, seed);
    const random = new Random(seed);
    let asked = 0;
    while (asked < rounds(2000, 20, 150)) {
      const query = drawnQuery(random, seed);
      asked++;
      const expected = recount.query(query);
      const { metrics, dimensions = [], goal, include = {} } = query;
      const { comparison } = expected.query;
      const got = await answerQuery(
        { store },
        // Both ways of counting hits.
        { ...understood(query), metrics, dimensions, goal, hasAllVisits: asked % 2 === 0 },
        {
          orderBy: query.order_by,
          limit: query.limit ?? 10_000,
          offset: query.offset ?? 0,
          totals: include.totals ?? false,
          compared: comparison && { from: Date.parse(comparison.from), to: Date.parse(comparison.to) },
        },
        (interval, { from, to }) => new Calendar(query.timezone ?? 'UTC').startsIn(interval, from, to),
      ).catch((error: unknown) => {
        throw new Error(`query ${asked}: ${JSON.stringify(query)}`, { cause: error });
      });
      const message = `query ${asked}: ${JSON.stringify(query)}`;
      assert.deepEqual(got.results, expected.results, message);
      assert.deepEqual(got.totals, expected.totals, message);
      if (expected.meta.total_rows !== undefined)
        assert.equal(got.totalRows, expected.meta.total_rows, message);
    }
  });
});
