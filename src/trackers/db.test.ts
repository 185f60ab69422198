import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { FIREFOX } from '../../test/fixtures/any-server.ts';
import { openTracker } from '../../test/fixtures/embedded-store.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { Lines } from '../../test/fixtures/shelf.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { DBTracker } from './db.ts';

const options = { timeout: scaledTimeout(60_000) };

function open(t: TestContext, dataDir = temporaryFolder(t)): Promise<DBTracker> {
  return openTracker(t, { dataDir, log: new Lines() });
}

describe('the database tracker', () => {
  test('includes just-tracked hits in its answers', options, async (t) => {
    const db = await open(t);
    for (const visitor of ['ann', 'bob', 'ann']) await db.track({ visitor, site: 'a.com', path: '/x' });
    assert.deepEqual((await db.stats({ site: 'a.com' })).totals, { hits: 3, visitors: 2 });
    assert.deepEqual((await db.top({ by: 'path' })).rows, [{ value: '/x', hits: 3, visitors: 2 }]);
    assert.deepEqual(
      (await db.sites()).map(({ site, hits }) => [site, hits]),
      [['a.com', 3]],
    );
  });

  test('includes hits of the millisecond in which a query begins', options, async (t) => {
    const db = await open(t);
    const now = Date.parse('2026-11-05T12:00:00.123Z');
    t.mock.timers.enable({ apis: ['Date'], now });
    await db.track({ visitor: 'ann', site: 'a.com', path: '/x' });
    const from = '2026-11-05T00:00:00Z';
    assert.deepEqual((await db.stats({ from })).totals, { hits: 1, visitors: 1 });
    assert.deepEqual((await db.top({ from, by: 'path' })).rows, [{ value: '/x', hits: 1, visitors: 1 }]);
    for (const period of ['24h', 'today', 'all']) {
      const { results } = await db.query({ period, metrics: ['hits', 'visits'] });
      assert.deepEqual(results[0]!.metrics, [1, 1], period);
    }
    const steps = ['/x', '/y'].map((page) => ({ kind: 'page', page }));
    assert.equal((await db.funnel({ period: '24h', steps })).visitors, 1);
    assert.equal((await db.journeys({ period: '24h', page: '/x' })).visits, 1);
    assert.equal((await db.retention({ period: '24h', interval: 'day' })).cohorts.at(-1)!.visitors, 1);
  });

  test('waits for hits that are still being stored, unless deliveries fail', options, async (t) => {
    const db = await open(t);
    await db.sites();
    const flushed = Promise.withResolvers<void>();
    t.mock.method(db.spool, 'flush', () => flushed.promise);
    const failing = t.mock.getter(db.spool, 'failing', () => ['the disk is full']);
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const late = db.sites();
    t.mock.timers.tick(3000);
    assert.deepEqual(await late, []);

    failing.mock.mockImplementation(() => []);
    const asked = t.mock.method(db.store, 'rows');
    const waiting = db.sites();
    for (const time of [3000, 11_000]) {
      t.mock.timers.tick(time);
      await new Promise(setImmediate);
    }
    assert.equal(asked.mock.callCount(), 0);
    flushed.resolve();
    assert.deepEqual(await waiting, []);
  });

  test('answers many queries while many hits are tracked', options, async (t) => {
    const db = await open(t);
    const tracked = Array.from({ length: 300 }, (_, i) => db.track({ visitor: `v${i}` }));
    const asked = Array.from({ length: 30 }, () => db.stats());
    await Promise.all(tracked);
    for (const { totals } of await Promise.all(asked)) assert.ok(totals.hits! <= 300);
    assert.deepEqual((await db.stats()).totals, { hits: 300, visitors: 300 });
  });

  test(
    'stores bots with their names, uncounted, and stores nothing else that does not count',
    options,
    async (t) => {
      const db = await open(t);
      const track = (path: string, headers: Record<string, string>, status = 200) =>
        db.track({ request: new Request(`http://a.com${path}`, { headers }), status });
      await track('/', { 'user-agent': FIREFOX });
      await track('/', {
        'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
      });
      await track('/x.css', { 'user-agent': FIREFOX });
      await track('/', { 'user-agent': FIREFOX, 'sec-purpose': 'prefetch' });
      await track('/none', { 'user-agent': FIREFOX }, 404);
      assert.equal((await db.stats()).totals.hits, 1);
      assert.equal((await db.stats({ bots: 'include' })).totals.hits, 2);
      assert.deepEqual((await db.top({ by: 'bot', bots: 'only' })).rows, [
        { value: 'Googlebot', hits: 1, visitors: 1 },
      ]);
      const { bot, asset, prefetch, undelivered } = db.uncounted;
      assert.deepEqual([bot, asset, prefetch, undelivered], [1, 1, 1, 1]);
    },
  );

  test('counts a named visitor whatever its user agent is', options, async (t) => {
    const db = await open(t);
    await db.track({ visitor: 'ann', userAgent: 'curl/8.5.0' });
    assert.deepEqual((await db.stats()).totals, { hits: 1, visitors: 1 });
  });

  test('counts only pages as page views', options, async (t) => {
    const db = await open(t);
    for (const [path, method] of [
      ['/', 'GET'],
      ['/api/cart', 'GET'],
      ['/buy', 'POST'],
      ['/feed', 'GET'],
    ] as const)
      await db.track(new Request(`http://a.com${path}`, { method, headers: { 'user-agent': FIREFOX } }));
    const { results } = await db.query({ period: '24h', metrics: ['pageviews', 'hits', 'visitors'] });
    assert.deepEqual(results[0]!.metrics, [1, 4, 1]);
  });

  test('refuses invalid hits and queries', options, async (t) => {
    const db = await open(t);
    await assert.rejects(db.track({ visitor: 'ann', site: 'no host' }), { code: 'invalid' });
    await assert.rejects(db.track({ visitor: 'ann', name: 'engagement' }), {
      ...{ code: 'invalid', message: /the name "engagement" is reserved for signals/ },
    });
    await assert.rejects(db.stats({ from: 'yesterday' }), { code: 'invalid' });
    await assert.rejects(db.top({ by: 'shoe size' }), { code: 'invalid' });
    await assert.rejects(db.top({ limit: '0' }), { code: 'invalid' });
  });

  test('keeps hits in its folder, and locks the folder', options, async (t) => {
    const dataDir = temporaryFolder(t);
    const first = await open(t, dataDir);
    await first.track({ visitor: 'ann' });
    await assert.rejects(DBTracker.open({ dataDir }), { code: 'data_dir_locked' });
    await first.close();
    assert.deepEqual(readdirSync(join(dataDir, 'spool')), []);
    const second = await open(t, dataDir);
    assert.equal((await second.stats()).totals.hits, 1);
  });

  test('releases the folder if it cannot be opened', options, async (t) => {
    const dataDir = temporaryFolder(t);
    const elsewhere = { dataDir, store: 'clickhouse://127.0.0.1:1/default' };
    await assert.rejects(DBTracker.open(elsewhere), { code: 'store_unavailable' });
    const db = await open(t, dataDir);
    await db.track({ visitor: 'ann' });
  });
});
