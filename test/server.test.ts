import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DIMENSIONS } from '../src/clickhouse/dimension.ts';
import { DROP_REASONS } from '../src/hit/drop-reason.ts';
import type { Count, Stats, Top } from '../src/index.ts';
import { assertProblem, BEARER, cookieOf, type Problem, TOKEN } from './fixtures/any-server.ts';
import { sharedServer } from './fixtures/shared-server.ts';

const server = await sharedServer();

describe('queries', () => {
  const PRIVATE = [
    '/api/v1/live',
    '/api/v1/stats',
    '/api/v1/top',
    '/api/v1/sites',
    '/api/v1/drops',
    '/metrics',
  ];

  it('are refused without the token', async () => {
    for (const path of PRIVATE) {
      const answer = await server.send(path);
      assertProblem(answer, 401, 'unauthorized');
      assert.equal(answer.headers['www-authenticate'], 'Bearer');
      assertProblem(
        await server.send(path, { headers: { authorization: `Bearer ${TOKEN}x` } }),
        401,
        'unauthorized',
      );
    }
  });

  it('are answered with the token, as a bearer or in a session', async () => {
    const session = cookieOf(await server.post('/api/v1/session', { token: TOKEN }));
    for (const path of PRIVATE) {
      assert.equal((await server.send(path, { headers: BEARER })).status, 200, path);
      assert.equal((await server.send(path, { headers: { cookie: `a=b; ${session}` } })).status, 200, path);
    }
  });

  it('for live counts: any window, of one site or of all', async () => {
    for (const visitor of ['1', '2', '2']) {
      await server.send('/hit.gif?site=live.example', {
        headers: { 'x-forwarded-for': `192.0.2.${visitor}` },
      });
    }
    await server.send('/hit.gif?site=other.example');
    const answer = await server.ask<{ at: string; windows: object[] }>(
      '/api/v1/live?site=live.example&window=17s,5m,1h,24h,400d',
    );
    assert.ok(Math.abs(Date.parse(answer.at) - Date.now()) < 60_000);
    const window = (name: string, seconds: number, perSecond: number) => ({
      ...{ window: name, seconds, hits: 3, visitors: 2 },
      ...{ hits_per_second: perSecond, error: 0.0101 },
    });
    assert.deepEqual(answer, {
      site: 'live.example',
      at: answer.at,
      total: { hits: 3, visitors: 2 },
      windows: [
        window('17s', 17, 0.176),
        window('5m', 300, 0.01),
        window('1h', 3600, 0.00083),
        window('24h', 86_400, 0.000035),
        window('400d', 34_560_000, 8.7e-8),
      ],
    });
    const all = await server.ask<{ site: null; total: Count; windows: { window: string }[] }>('/api/v1/live');
    assert.equal(all.site, null);
    assert.deepEqual(all.total, { hits: 4, visitors: 3 });
    assert.deepEqual(
      all.windows.map((each) => each.window),
      ['60s', '5m', '1h', '24h'],
    );
    assert.deepEqual(await server.total('nobody.example'), { hits: 0, visitors: 0 });
  });

  it('for a period: from inclusive, to exclusive, empty intervals included', async () => {
    const times = ['2024-03-01T00:00:00Z', '2024-03-01T23:59:59.999Z', '2024-03-03T00:00:00Z'];
    const hits = times.map((time) => ({ site: 'period.example', visitor: time.slice(0, 10), time }));
    await server.post('/api/v1/hits', hits, BEARER);
    const period = (from: string, to: string) =>
      server.ask<Stats>(`/api/v1/stats?site=period.example&from=${from}&to=${to}&interval=day`);
    assert.deepEqual(await period('2024-03-01', '2024-03-03'), {
      site: 'period.example',
      from: '2024-03-01T00:00:00Z',
      to: '2024-03-03T00:00:00Z',
      interval: 'day',
      totals: { hits: 2, visitors: 1 },
      series: [
        { time: '2024-03-01T00:00:00Z', hits: 2, visitors: 1 },
        { time: '2024-03-02T00:00:00Z', hits: 0, visitors: 0 },
      ],
    });
    assert.equal((await period('2024-03-01', '2024-03-03T00:00:00.001Z')).totals.hits, 3);
    const berlin = async (from: string) => {
      const { series } = await server.ask<Stats>(
        `/api/v1/stats?site=period.example&from=${from}&to=2024-03-02&interval=day&timezone=Europe/Berlin`,
      );
      return series.map(({ time }) => time);
    };
    assert.deepEqual(await berlin('2024-03-01'), ['2024-02-29T23:00:00Z'], 'a date is one of the time zone');
    assert.deepEqual(await berlin('2024-02-29T22:59:59Z'), ['2024-02-28T23:00:00Z', '2024-02-29T23:00:00Z']);
  });

  it('by every interval and every dimension are answered', async () => {
    for (const interval of ['minute', 'hour', 'day', 'week', 'month']) {
      const { series } = await server.ask<Stats>(
        `/api/v1/stats?site=period.example&from=2024-03-01&to=2024-03-02&interval=${interval}`,
      );
      assert.equal(
        series.reduce((sum, { hits }) => sum + hits!, 0),
        2,
        interval,
      );
    }
    for (const by of DIMENSIONS) {
      const top = await server.ask<Top>(`/api/v1/top?by=${by}&limit=1`);
      assert.equal(top.by, by);
      assert.ok(top.rows.length <= 1);
    }
  });

  it('for sites and drops list all of them', async () => {
    const { sites } = await server.ask<{ sites: { site: string; first: string; last: string }[] }>(
      '/api/v1/sites',
    );
    const period = sites.find(({ site }) => site === 'period.example');
    assert.deepEqual(period, {
      ...{ site: 'period.example', hits: 3, visitors: 2, public: false },
      ...{ first: '2024-03-01T00:00:00Z', last: '2024-03-03T00:00:00Z' },
    });
    const { since, drops } = await server.ask<{ since: string; drops: { reason: string }[] }>(
      '/api/v1/drops',
    );
    assert.ok(Date.parse(since) <= Date.now());
    assert.deepEqual(
      drops.map(({ reason }) => reason),
      DROP_REASONS,
    );
  });

  it('from Prometheus get hits, visitors and drops by reason', async () => {
    const { headers, text } = await server.send('/metrics', { headers: BEARER });
    assert.match(headers['content-type'] ?? '', /^text\/plain; version=0\.0\.4/);
    const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
    const { total } = await server.ask<{ total: Count }>('/api/v1/live');
    assert.equal(value('hit_tracker_hits'), total.hits);
    assert.equal(value('hit_tracker_visitors'), total.visitors);
    assert.equal(value('hit_tracker_hits_dropped_total\\{reason="bot"\\}'), await server.dropped('bot'));
    assert.ok(value('hit_tracker_hits_accepted_total') >= total.hits);
    for (const name of ['damaged_segments', 'damaged_bytes', 'lost_hits']) {
      assert.equal(value(`hit_tracker_spool_${name}_total`), 0);
    }
    assert.ok(value('process_resident_memory_bytes') > 0);
  });

  it('of liveness and readiness need no token', async () => {
    assert.deepEqual(JSON.parse((await server.send('/healthz')).text), { status: 'ok' });
    const ready = await server.send('/readyz');
    assert.equal(ready.status, 200);
    assert.equal(JSON.parse(ready.text).status, 'ready');
  });

  for (const [what, path, word] of [
    ['an unknown interval', '/api/v1/stats?interval=fortnight', 'fortnight'],
    ['a start after the end', '/api/v1/stats?from=2024-02-01&to=2024-01-01', 'before'],
    ['an invalid time', '/api/v1/stats?from=tomorrow', 'tomorrow'],
    ['an unknown time zone', '/api/v1/stats?timezone=Mars/Olympus', 'Mars'],
    ['an invalid status', '/api/v1/stats?status=9xx', '9xx'],
    ['an invalid value of bots', '/api/v1/stats?bots=maybe', 'maybe'],
    ['an invalid site', '/api/v1/stats?site=a%20b', 'a b'],
    ['a parameter twice', '/api/v1/stats?interval=day&interval=hour', 'more than once'],
    ['too many points', '/api/v1/stats?from=2000-01-01&to=2024-01-01&interval=minute', 'intervals'],
    ['an unknown dimension', '/api/v1/top?by=colour', 'colour'],
    ['a limit above the maximum', '/api/v1/top?by=path&limit=1001', '1001'],
    ['an invalid window', '/api/v1/live?window=0s', '0s'],
    ['a window longer than the history', '/api/v1/live?window=401d', '401d'],
  ] as const) {
    it(`with ${what} are refused with the reason`, async () => {
      const answer = await server.send(path, { headers: BEARER });
      assertProblem(answer, 400, 'invalid');
      assert.ok((JSON.parse(answer.text) as Problem).detail.includes(word), answer.text);
    });
  }

  it('for unknown or internal routes get 404', async () => {
    for (const path of [
      ...['/control/import', '/control/purge', '/control/archive', '/control/backup', '/hit', '/nothing'],
    ]) {
      assertProblem(await server.send(path, { headers: BEARER }), 404, 'not_found');
    }
    assertProblem(await server.post('/control/import', '', BEARER), 404, 'not_found');
  });
});
