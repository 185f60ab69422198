import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { rolledStore } from '../../../test/fixtures/rolled-store.ts';
import { rounds } from '../../../test/fixtures/rounds.ts';
import { batchIds, storeVisitHits } from '../../../test/fixtures/stored-visit-hits.ts';
import { temporaryFolder } from '../../../test/fixtures/temporary.ts';
import { Calendar } from '../../../test/reference/calendar.ts';
import { drawnQuery } from '../../../test/reference/traffic/drawn-query.ts';
import { Random } from '../../../test/reference/traffic/random.ts';
import { generate, TRAFFIC_GOALS } from '../../../test/reference/traffic/traffic.ts';
import type { Classifier } from '../../../test/reference/visits/dimension.ts';
import type { Query as AskedQuery } from '../../../test/reference/visits/query.ts';
import { reference } from '../../../test/reference/visits/reference.ts';
import { botsOf } from '../../../test/reference/visits/selection.ts';
import { botKind, botOperator } from '../../source/bot.ts';
import { channelOf } from '../../source/channel.ts';
import { sourceName } from '../../source/source-name.ts';
import { answerQuery } from './answer.ts';
import type { Goal, Query } from './query.ts';

const goals: Goal[] = Object.entries(TRAFFIC_GOALS).flatMap(([site, own]) =>
  own.map(({ name, action }) => ({ site, name, action })),
);

function understood(asked: AskedQuery, { from, to }: { from: string; to: string }): Query {
  return {
    sites: asked.site === undefined ? [] : [asked.site].flat(),
    from: Date.parse(from),
    to: Date.parse(to),
    timezone: asked.timezone ?? 'UTC',
    bots: botsOf(asked),
    filters: asked.filters ?? [],
    metrics: asked.metrics,
    dimensions: asked.dimensions ?? [],
    goal: asked.goal,
    goals,
  };
}

/** The product's lists; a test of their own compares them with the store's. */
const classifier: Classifier = {
  sourceOf: ({ source }) => sourceName(source),
  channelOf: ({ source, utmMedium, utmCampaign }) =>
    channelOf({ source, medium: utmMedium, campaign: utmCampaign }),
  operatorOf: botOperator,
  kindOf: botKind,
};

describe('a query', () => {
  test('has the answers of a plain recount', async (t) => {
    const folder = temporaryFolder(t);
    const { store, rollups, command } = await (await rolledStore(t))(t);
    const seed = Number(process.env.HIT_TEST_SEED ?? 1);
    const { hits, batches } = generate(seed, { hits: 1500 });
    for (const [at, id] of batchIds(batches).entries()) {
      await storeVisitHits(folder, store, command, hits.slice(batches[at]!.start, batches[at]!.end), id);
      if (at % 7 === 0) await rollups.visits.catchUp();
    }
    await rollups.visits.catchUp();
    const recount = reference(hits, { goals: TRAFFIC_GOALS, classifier });
    const random = new Random(seed);
    let asked = 0;
    while (asked < rounds(2000, 150)) {
      const query = drawnQuery(random, seed);
      asked++;
      const expected = recount.query(query);
      const { include = {} } = query;
      const { comparison } = expected.query;
      const got = await answerQuery(
        { store },
        understood(query, expected.query.period),
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
