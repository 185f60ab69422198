import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import fc from 'fast-check';
import { group } from '../../test/fixtures/file-scope.ts';
import { CUTOFF, NOW as PURGED_NOW, purgedStore } from '../../test/fixtures/purged-store.ts';
import { rolledStore } from '../../test/fixtures/rolled-store.ts';
import { onlyWithMoreRounds, rounds } from '../../test/fixtures/rounds.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { goals, storedTraffic } from '../../test/fixtures/stored-traffic.ts';
import { writtenQueries } from '../../test/fixtures/written-query.ts';
import { drawnQuery } from '../../test/reference/traffic/drawn-query.ts';
import { Random } from '../../test/reference/traffic/random.ts';
import { SITES } from '../../test/reference/traffic/values.ts';
import { PERIOD_NAMES } from '../../test/reference/visits/query.ts';
import type { Store } from '../store/store.ts';
import { readQuery } from './language/query-reader.ts';
import { queryAnswer } from './query-answer.ts';
import type { Source } from './source.ts';

const COMPARED = { include: { comparison: 'previous_period' } };

function ask(source: Source, query: unknown, now: number) {
  return queryAnswer(source, readQuery(query, now, goals), now);
}

describe('an answer', () => {
  const seed = Number(process.env.HIT_TEST_SEED ?? 4);
  const stored = group();
  let traffic: Awaited<ReturnType<typeof storedTraffic>>;
  before(async () => {
    traffic = await storedTraffic(stored, seed);
  });

  test('to a query of any period equals a plain recount', { timeout: scaledTimeout(60_000) }, async () => {
    const { store, recount, now } = traffic;
    const random = new Random(seed);
    for (let asked = 0; asked < rounds(1000, 5, 30); asked++) {
      const drawn = drawnQuery(random, seed);
      const query = random.chance(0.8) ? { ...drawn, period: random.pick(PERIOD_NAMES) } : drawn;
      const message = JSON.stringify(query);
      const expected = recount.query({ ...query, limit: query.limit ?? 100 });
      const answer = await ask({ store }, query, now);
      assert.deepEqual(answer.results, expected.results, message);
      assert.deepEqual(answer.totals, expected.totals, message);
      assert.deepEqual(answer.meta, expected.meta, message);
      assert.deepEqual(answer.query.period, expected.query.period, message);
      assert.deepEqual(answer.query.include.comparison, expected.query.comparison, message);
    }
  });

  test('exists for every valid query, and its query is valid again', {
    timeout: scaledTimeout(60_000),
    skip: onlyWithMoreRounds(),
  }, async () => {
    const { store, now } = traffic;
    const names = [...new Set(goals.map(({ name }) => name))];
    await fc.assert(
      fc.asyncProperty(writtenQueries(names, SITES), async (query) => {
        const answer = await ask({ store }, query, now);
        const again = await ask({ store }, JSON.parse(JSON.stringify(answer.query)), now + 86_400_000);
        assert.deepEqual(again, answer);
      }),
      { seed: 11, numRuns: rounds(2000, 3, 30) },
    );
  });

  test('to a query with the maximum number of values exists', {
    timeout: scaledTimeout(60_000),
    skip: onlyWithMoreRounds(),
  }, async () => {
    const { store, now } = traffic;
    const texts = (count: number) => Array.from({ length: count }, (_, at) => `*${at}*`);
    const many = { period: 'all', metrics: ['visitors', 'percentage'], dimensions: ['page'] };
    for (const filter of [
      ['is', 'prop:plan', texts(1000)],
      ['contains', 'prop:plan', texts(300)],
      ['has_done', ['matches_not', 'source', texts(300)]],
      ['and', Array.from({ length: 10 }, () => ['is_not', 'goal', ['signup']])],
    ])
      await ask({ store }, { ...many, filters: [filter] }, now);
  });

  test('has the days of a time zone whose rules are newer than those of the store', async () => {
    const { store, now } = traffic;
    const query = {
      ...{ metrics: ['hits'], dimensions: ['time:day'], timezone: 'America/Vancouver' },
      period: { from: '2026-11-03', to: '2026-11-06' },
    };
    const { results } = await ask({ store }, query, now);
    assert.ok(results.every(({ metrics: [hits] }) => Number(hits) > 0));
    // Since 2026, clocks stay at UTC-7 in winter.
    assert.deepEqual(
      results.map(({ dimensions }) => dimensions),
      [['2026-11-03T07:00:00Z'], ['2026-11-04T07:00:00Z'], ['2026-11-05T07:00:00Z']],
    );
  });

  test('about many sites takes no more statements than one about a single site', async (t) => {
    const { store, now } = traffic;
    const count = async (site: readonly string[]) => {
      const run = t.mock.method(store, 'rows');
      await ask({ store }, { site, period: 'all', metrics: ['hits', 'visits'], ...COMPARED }, now);
      run.mock.restore();
      return run.mock.callCount();
    };
    const single = await count(['a.example']);
    assert.ok(single > 0);
    assert.ok((await count(Array.from({ length: 100 }, (_, at) => `${at}.example`))) <= single);
  });

  test('without dimensions has totals without further statements', async (t) => {
    const { store, now } = traffic;
    const query = { period: 'all', metrics: ['hits', 'percentage', 'visits'], dimensions: [] as string[] };
    const count = async (include: object, dimensions: string[] = []) => {
      const run = t.mock.method(store, 'rowsOf');
      const answer = await ask({ store }, { ...query, dimensions, include }, now);
      run.mock.restore();
      return { statements: run.mock.callCount(), ...answer };
    };
    const plain = await count({ comparison: 'previous_period' });
    const { results, totals, statements } = await count({ comparison: 'previous_period', totals: true });
    assert.equal(statements, plain.statements);
    const { dimensions, ...rest } = results[0]!;
    assert.deepEqual([dimensions, rest], [[], totals]);
    assert.equal(totals?.metrics[1], 1);
    const bySite = await count({ totals: true }, ['site']);
    assert.deepEqual(bySite.totals?.metrics, totals?.metrics);
  });

  test('of too many bytes is refused', async (t) => {
    const { store, now } = traffic;
    const { rowsOf } = store;
    t.mock.method(
      store,
      'rowsOf',
      function (this: typeof store, ...[text, parameters, bounds]: Parameters<typeof rowsOf>) {
        assert.ok((bounds?.max_result_bytes ?? Number.POSITIVE_INFINITY) <= 2 ** 28);
        return rowsOf.call(this, text, parameters, { ...bounds!, max_result_bytes: 100 });
      },
    );
    const query = {
      period: { from: '2020-01-01', to: '2030-01-01' },
      metrics: ['hits'],
      dimensions: ['page'],
    };
    await assert.rejects(ask({ store }, query, now), {
      code: 'invalid',
      message: /^the answer has more than 200000 rows, or 128 MiB: choose a shorter period/,
    });
  });

  test('of too many intervals is refused', async () => {
    const { store, now } = traffic;
    await assert.rejects(
      ask({ store }, { period: '90d', metrics: ['hits'], dimensions: ['time:minute'] }, now),
      {
        code: 'invalid',
        message: /^the period has 129[56]\d\d intervals of a minute, more than 10000:/,
      },
    );
  });
});

test('an answer by channels exists however many sources and campaigns visits have', {
  timeout: 300_000,
  skip: onlyWithMoreRounds(),
}, async (t) => {
  const { store, deliver, rollups } = await (await rolledStore(t))(t);
  const start = Date.parse('2026-11-01T00:00:00Z');
  const hits = Array.from({ length: 3000 }, (_, at) => ({
    ...{ site: 'a.example', path: '/', time: start + at, visitorLow: at, visitorHigh: 7 },
    ...{ source: `m${at}.facebook.com`, utmCampaign: `campaign ${at}`, utmMedium: at < 1000 ? 'cpc' : '' },
  }));
  await deliver((BigInt(start) << 22n) | 1n, hits);
  await rollups.visits.catchUp();
  const texts = (last: string) => [...Array.from({ length: 299 }, (_, at) => `${at}:`), last];
  const count = async (filter: unknown, dimension: string) => {
    const asked = {
      period: 'all',
      metrics: ['visits'],
      dimensions: [dimension],
      filters: [filter],
    };
    return (await ask({ store }, asked, start + 86_400_000)).results;
  };
  assert.deepEqual(await count(['contains', 'channel', texts('Paid')], 'channel'), [
    { dimensions: ['Paid Social'], metrics: [1000] },
  ]);
  const all = [{ dimensions: ['Facebook'], metrics: [3000] }];
  assert.deepEqual(await count(['matches', 'source', texts('Face*')], 'source'), all);
  for (const name of ['Facebook', 'fb', 'lm.facebook.com'])
    assert.deepEqual(await count(['is', 'source', [name]], 'source'), all);
});

test('an answer has sums of money with more digits than a value may have', async (t) => {
  const { store, deliver, rollups } = await (await rolledStore(t))(t);
  const start = Date.parse('2026-11-01T00:00:00Z');
  const value = `${'9'.repeat(30)}.99999999`;
  const hits = [value, value, `-${value}`, value].map((each, at) => ({
    ...{ site: 'a.example', time: start + at, name: 'buy', value: each, currency: 'EUR' },
  }));
  await deliver((BigInt(start) << 22n) | 1n, hits);
  await rollups.visits.catchUp();
  const query = { period: 'all', metrics: ['revenue', 'average_revenue'] };
  const [row] = (await ask({ store }, query, start + 86_400_000)).results;
  assert.deepEqual(row?.metrics, [{ EUR: `1${'9'.repeat(30)}.99999998` }, { EUR: `5${'0'.repeat(29)}.00` }]);
});

test('a sum of properties that overflows a number is null', async (t) => {
  const { store, deliver, rollups } = await (await rolledStore(t))(t);
  const start = Date.parse('2026-11-01T00:00:00Z');
  const hits = [1e308, 1e308].map((x, at) => ({
    ...{ site: 'a.example', time: start + at, name: 'buy', props: JSON.stringify({ x }) },
  }));
  await deliver((BigInt(start) << 22n) | 1n, hits);
  await rollups.visits.catchUp();
  const query = { period: 'all', metrics: ['sum:prop:x', 'avg:prop:x', 'p95:prop:x', 'sum:prop:y'] };
  const [row] = (await ask({ store }, query, start + 86_400_000)).results;
  assert.deepEqual(row?.metrics, [null, null, 1e308, 0]);
});

describe('an answer about purged hits', { timeout: scaledTimeout(60_000) }, () => {
  const cutoff = new Date(CUTOFF).toISOString().replace('.000Z', 'Z');
  const purged = group();
  let store: Store;
  let change: (text: string) => Promise<void>;
  before(async () => {
    ({ store, change } = await purgedStore(purged));
  });

  test('has only the values that visits have', async () => {
    const metrics = ['visits', 'bounce_rate', 'hits', 'visitors', 'percentage'];
    const answer = await ask({ store }, { period: 'all', metrics, include: { totals: true } }, PURGED_NOW);
    const [visits, bounces, ...rest] = answer.results[0]!.metrics;
    assert.equal(visits, 160);
    assert.equal(typeof bounces, 'number');
    assert.deepEqual(rest, [null, null, null]);
    assert.deepEqual(answer.totals, { metrics: answer.results[0]!.metrics });
    assert.deepEqual(answer.meta.notes, [
      {
        ...{ metrics: ['hits', 'visitors', 'percentage'], period: 'period', purged_before: cutoff },
        detail: `hits or visits before ${cutoff} are purged: values that need them are null`,
      },
    ]);
  });

  test('has the intervals with stored hits', async () => {
    const query = { period: 'all', metrics: ['visits', 'hits'], dimensions: ['time:day'] };
    const { results } = await ask({ store }, query, PURGED_NOW);
    for (const { dimensions, metrics } of results) {
      const [day = ''] = dimensions;
      const [visits, hits] = metrics;
      assert.equal(visits, Date.parse(day) < PURGED_NOW - 43_200_000 ? 4 : 0, day);
      assert.equal(hits === null, Date.parse(day) < CUTOFF, day);
    }
    const later = { ...query, period: { from: cutoff, to: '2026-10-01' } };
    assert.equal((await ask({ store }, later, PURGED_NOW)).meta.notes, undefined);
  });

  test('by a dimension of hits has no visits either', async () => {
    const query = { period: 'all', metrics: ['visits'], dimensions: ['page'], include: { totals: true } };
    const { results, totals } = await ask({ store }, query, PURGED_NOW);
    assert.deepEqual(
      results.map(({ metrics }) => metrics),
      [[null], [null]],
    );
    assert.deepEqual(totals, { metrics: [160] });
  });

  test('compares only with known values', async () => {
    const query = {
      ...{ period: { from: cutoff, to: '2026-09-26' }, metrics: ['visits', 'hits'] },
      include: { comparison: 'previous_period' },
    };
    const [row] = (await ask({ store }, query, PURGED_NOW)).results;
    assert.deepEqual(row, {
      ...{ dimensions: [], metrics: [20, 20] },
      comparison: { metrics: [20, null], change: [0, null] },
    });
  });

  test('is null if the visits are purged too', async () => {
    // Last, as nothing restores them.
    await change(
      `INSERT INTO horizons (site, kind, before) VALUES ('a.example', 'visits', toDateTime(${CUTOFF / 1000}, 'UTC'))`,
    );
    const of = async (site: string) =>
      (await ask({ store }, { site, period: 'all', metrics: ['visits'] }, PURGED_NOW)).results[0]!.metrics[0];
    assert.equal(await of('a.example'), null);
    assert.equal(typeof (await of('b.example')), 'number');
  });
});
