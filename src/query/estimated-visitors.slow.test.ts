/** Visitors of many hits, which are estimates, compared with how many were sent. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { group } from '../../test/fixtures/file-scope.ts';
import { randomHalves } from '../../test/fixtures/random.ts';
import { rolledStore } from '../../test/fixtures/rolled-store.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import type { Store } from '../store/store.ts';
import type { Goal } from './engine/query.ts';
import { readQuery } from './language/query-reader.ts';
import { queryAnswer } from './query-answer.ts';

const SITE = 'a.example';
const START = Date.UTC(2026, 10, 1);
const DAY = 86_400_000;
const GOALS: readonly Goal[] = [{ site: SITE, name: 'thanks', action: { kind: 'page', page: '/thanks' } }];
const ERROR = 0.0029;
const PERIOD = { site: SITE, period: { from: '2026-11-01', to: '2026-11-02' } };
const ALL = ['visitors', 'conversion_rate', 'percentage'];

/** Visitors by source. Up to 4,096 are exact: those of some who convert are, while all of some are estimates. */
const VISITORS: ReadonlyMap<string, number> = new Map([
  ['few.example', 300],
  ...Array.from({ length: 8 }, (_, at) => [`some${at}.example`, 4097 + (at % 2)] as const),
  ['many.example', 30_000],
]);
/** All of a source convert but these. */
const OTHERS = 2;

describe('visitors of many hits', { timeout: scaledTimeout(60_000) }, () => {
  const stored = group();
  let store: Store;
  before(async () => {
    const { deliver, rollups, ...rest } = await (await rolledStore(stored))(stored);
    store = rest.store;
    const next = randomHalves(20261130);
    let time = START;
    const hits = Array.from(VISITORS, ([source, count]) =>
      Array.from({ length: count }, (_, at) => ({
        ...{ site: SITE, time: time++, source, visitorHigh: next(), visitorLow: next() },
        ...(at < count - OTHERS ? { path: '/thanks', country: 'DE' } : { path: '/', country: 'FR' }),
      })),
    ).flat();
    await deliver((BigInt(START) << 22n) | 1n, hits);
    await rollups.visits.catchUp();
  });

  const ask = (query: object, maxScannedHits = 0) =>
    queryAnswer(
      { store, maxScannedHits },
      readQuery({ ...PERIOD, ...query }, START + DAY, GOALS),
      START + DAY,
    );

  test('are within five standard errors, and few of them are exact', async () => {
    for (const dimensions of [['source'], ['source', 'page']]) {
      const { results, meta } = await ask({ metrics: ['visitors'], dimensions });
      assert.deepEqual(meta, { estimated: ['visitors'], standard_error: ERROR });
      for (const { dimensions: values, metrics } of results) {
        const all = VISITORS.get(values[0]!)!;
        const sent = values[1] === undefined ? all : values[1] === '/' ? OTHERS : all - OTHERS;
        const most = sent < 4000 ? 0 : 5 * ERROR * sent;
        assert.ok(Math.abs(Number(metrics[0]) - sent) <= most, `${values}: ${metrics} of ${sent}`);
      }
      assert.equal(results.length, VISITORS.size * dimensions.length);
    }
  });

  test('are exact where the period has few hits, and so are shares', async () => {
    const { results, meta } = await ask({ metrics: ALL, dimensions: ['source'] }, 1_000_000);
    const all = [...VISITORS.values()].reduce((sum, each) => sum + each, 0);
    const share = (part: number, whole: number) => Number((part / whole).toFixed(4));
    assert.deepEqual(meta, {});
    assert.deepEqual(
      new Map(results.map(({ dimensions: [source], metrics }) => [source, metrics])),
      new Map(Array.from(VISITORS, ([source, n]) => [source, [n, share(n - OTHERS, n), share(n, all)]])),
    );
  });

  test('have shares of at most 1, even if some are estimated to be more than all', async () => {
    const { results, meta } = await ask({ metrics: ALL, dimensions: ['source'] });
    assert.deepEqual(meta, { estimated: ALL, standard_error: ERROR });
    let tooSmall = 0;
    for (const [source, sent] of VISITORS) {
      const [visitors, rate] = results
        .find(({ dimensions }) => dimensions[0] === source)!
        .metrics.map(Number);
      if (visitors! < sent - OTHERS) tooSmall++;
      assert.ok(rate! <= 1 && rate! >= 0.97, `${source}: ${rate}`);
      const filters = [['is', 'source', [source]]];
      const countries = await ask({ metrics: ['percentage'], dimensions: ['country'], filters });
      for (const { dimensions, metrics } of countries.results)
        assert.ok(Number(metrics[0]) <= 1, `${dimensions} of ${source}: ${metrics}`);
    }
    assert.ok(tooSmall > 0, 'an estimate is below the number of those who convert');
  });

  test('are in the same order in parts of an answer as in the whole', async () => {
    for (const direction of ['desc', 'asc']) {
      const query = {
        ...{ metrics: ['visitors', 'hits'], dimensions: ['source', 'country'] },
        ...{ order_by: [['hits', direction]], include: { total_rows: true } },
      };
      const whole = await ask(query);
      assert.equal(whole.meta.total_rows, 2 * VISITORS.size);
      for (const offset of [0, 7, 15, 19, 20, 1000]) {
        const part = await ask({ ...query, limit: 5, offset });
        assert.deepEqual(part.results, whole.results.slice(offset, offset + 5));
        assert.equal(part.meta.total_rows, whole.meta.total_rows);
      }
    }
  });
});
