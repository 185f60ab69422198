/** What is collected beside the page itself: through every door, as it is stored, and what is wrong with it. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { SiteSummary, Stats, Top } from '../src/index.ts';
import { assertProblem, BEARER } from './fixtures/any-server.ts';
import { cityRecord, geoDatabase } from './fixtures/geo-database.ts';
import { onlyWithMoreRounds } from './fixtures/rounds.ts';
import { RunningServer } from './fixtures/running-server.ts';
import { scaledTimeout } from './fixtures/scaled-timeout.ts';

const CHROME =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36';
const SIGNAL = { name: 'engagement', engaged: 12_000, scroll: 80 };

type Row = Readonly<Record<string, string | number>>;

// The slow suite also runs it with one.
for (const threads of onlyWithMoreRounds() ? ['2'] : ['1', '2']) {
  describe(`what is collected with --threads ${threads}`, { timeout: scaledTimeout(240_000) }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'hit-tracker-'));
    let server: RunningServer;

    before(async () => {
      const cities = join(folder, 'cities.mmdb');
      writeFileSync(cities, geoDatabase([['8.8.8.0/24', cityRecord('US', 'CA', 'Mountain View')]]));
      const args = ['--geo-database', cities, '--threads', threads];
      server = await RunningServer.start(join(folder, 'data'), ...args);
    });
    after(async () => {
      await server[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    });

    async function exported(site: string): Promise<Row[]> {
      const path = `/api/v1/export?format=ndjson&bots=include&site=${site}`;
      const { text } = await server.send(path, { headers: BEARER });
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Row);
    }

    async function only(site: string): Promise<Row> {
      const rows = await exported(site);
      assert.equal(rows.length, 1);
      return rows[0]!;
    }

    test('by a beacon is all of it', async () => {
      const headers = {
        ...{ 'user-agent': CHROME, origin: 'https://WWW.Beacon.example:8443', host: 'beacon.example' },
        'x-forwarded-for': '8.8.8.8',
      };
      const body = {
        ...{ site: 'beacon.example', name: 'order', value: '19.90', currency: 'eur', interactive: false },
        ...{ path: '/a?utm_source=x&utm_term=shoes&utm_content=blue&gclid=secret-id', screen: 1200 },
      };
      assert.equal((await server.post('/hit', body, headers)).status, 202);
      const row = await only('beacon.example');
      const { path, hostname, utm_term, utm_content, click_id, country, region, city } = row;
      assert.deepEqual(
        { path, hostname, utm_term, utm_content, click_id, country, region, city },
        {
          ...{ path: '/a', hostname: 'www.beacon.example', utm_term: 'shoes', utm_content: 'blue' },
          ...{ click_id: 'gclid', country: 'US', region: 'US-CA', city: 'Mountain View' },
        },
      );
      const { browser_version, os_version, screen, value, currency, interactive, engaged, scroll } = row;
      assert.deepEqual(
        { browser_version, os_version, screen, value, currency, interactive, engaged, scroll },
        {
          ...{
            browser_version: '138',
            os_version: '10.15',
            screen: 'Laptop',
            value: '19.9',
            currency: 'EUR',
          },
          ...{ interactive: 0, engaged: 0, scroll: -1 },
        },
      );
      assert.doesNotMatch(JSON.stringify(row), /secret/);
    });

    test('by the pixel is the same, in its query', async () => {
      const words =
        'site=pixel.example&path=/&name=order&value=5&currency=JPY&interactive=false&screen=390x844';
      const headers = { 'user-agent': CHROME, referer: 'https://pixel.example/page' };
      assert.equal((await server.send(`/hit.gif?${words}`, { headers })).status, 200);
      const { hostname, screen, value, currency, interactive } = await only('pixel.example');
      assert.deepEqual(
        [hostname, screen, value, currency, interactive],
        ['pixel.example', 'Mobile', '5', 'JPY', 0],
      );
    });

    test('by a batch is the same, and what is wrong in it is told', async () => {
      const hit = { url: 'https://www.batch.example/', site: 'batch.example', user_agent: CHROME };
      const sent = [
        { ...hit, name: 'order', value: 1.5, currency: 'USD', screen: 'Desktop' },
        { ...hit, ...SIGNAL },
        { ...hit, value: 'much' },
      ];
      const answer = await server.post('/api/v1/hits', sent, BEARER);
      const { accepted, errors } = JSON.parse(answer.text) as { accepted: number; errors: object[] };
      assert.equal(accepted, 2);
      assert.deepEqual(errors, [
        {
          index: 2,
          error:
            'value is not a decimal number such as 19.90, with at most 30 digits before the point and 8 after it',
        },
      ]);
      const rows = await exported('batch.example');
      assert.deepEqual(
        rows.map((row) => [row.name, row.value, row.screen, row.engaged, row.scroll, row.hostname]).sort(),
        [
          ['engagement', '', '', 12_000, 80, 'www.batch.example'],
          ['order', '1.5', 'Desktop', 0, -1, 'www.batch.example'],
        ],
      );
    });

    test('is refused where it is wrong, in words', async () => {
      for (const [wrong, detail] of [
        [{ value: '1,5' }, /^value is not a decimal number such as 19\.90/],
        [{ value: '1', currency: 'EURO' }, /^currency is not a code of ISO 4217 such as EUR$/],
        [{ currency: 'EUR' }, /^a currency is given without a value$/],
        [{ interactive: 'no' }, /^interactive is neither true nor false$/],
        [{ screen: 'wide' }, /^screen is not a width in pixels such as 1440$/],
        [{ engaged: 5 }, /^engaged and scroll belong to hits with the name "engagement"$/],
        [{ name: 'engagement' }, /use another name$/],
        [{ ...SIGNAL, engaged: -1 }, /^engaged is not a number of milliseconds$/],
        [{ ...SIGNAL, engaged: '1e3' }, /^engaged is not a number of milliseconds$/],
        [{ ...SIGNAL, scroll: 101 }, /^scroll is not a number from 0 to 100/],
      ] as const) {
        const body = { site: 'wrong.example', path: '/', name: 'order', ...wrong };
        const said = assertProblem(await server.post('/hit', body), 400, 'invalid').detail;
        assert.match(said, detail);
        const query = new URLSearchParams(Object.entries(body).map(([name, value]) => [name, String(value)]));
        assert.equal((await server.send(`/hit.gif?${query}`)).status, 400, String(query));
      }
      assert.deepEqual(await exported('wrong.example'), []);
    });

    test('of engagement is stored, and changes no count', async () => {
      const page = { site: 'read.example', path: '/a' };
      const ask = async () => {
        const { sites } = await server.ask<{ sites: SiteSummary[] }>('/api/v1/sites');
        const stats = await server.ask<Stats>(
          '/api/v1/stats?site=read.example&metrics=hits,visitors,visits,bounce_rate',
        );
        const top = async (by: string, more = '') =>
          (await server.ask<Top>(`/api/v1/top?by=${by}&site=read.example${more}`)).rows;
        const live = await server.ask<{ total: object; windows: object[] }>(
          '/api/v1/live?site=read.example&window=1h,24h',
        );
        const drops = await Promise.all(
          ['bot', 'invalid', 'prefetch'].map((reason) => server.dropped(reason)),
        );
        return {
          sites: sites.map(({ site, hits, visitors }) => ({ site, hits, visitors })),
          stats: [stats.totals, stats.series.reduce((sum, { hits }) => sum + (hits ?? 0), 0)],
          tops: [await top('path'), await top('name'), await top('entry'), await top('bot', '&bots=include')],
          live: [live.total, live.windows.map((window) => ({ ...window, hits_per_second: 0 }))],
          drops,
        };
      };
      for (const peer of ['1.0.17.1', '1.0.17.2', '1.0.17.1']) {
        const headers = { 'user-agent': CHROME, 'x-forwarded-for': peer };
        assert.equal((await server.post('/hit', page, headers)).status, 202);
      }
      const before = await ask();
      assert.deepEqual(before.tops[1], [{ value: 'pageview', hits: 3, visitors: 2 }]);
      for (const peer of ['1.0.17.1', '1.0.17.2', '1.0.17.3']) {
        for (const agent of [CHROME, 'Mozilla/5.0 (compatible; Googlebot/2.1)']) {
          const headers = { 'user-agent': agent, 'x-forwarded-for': peer };
          const signal = { ...page, ...SIGNAL, path: `/${peer}` };
          assert.equal((await server.post('/hit', signal, headers)).status, 202);
        }
      }
      assert.equal((await exported('read.example')).length, 9);
      assert.deepEqual(await ask(), before);
      // What is refused of them is not a hit that was dropped, either.
      const headers = { 'user-agent': CHROME, 'sec-purpose': 'prefetch' };
      assert.equal((await server.post('/hit', { ...page, ...SIGNAL }, headers)).status, 202);
      assert.deepEqual(await ask(), before);
    });

    test('is the same after a restart', async () => {
      const { total } = await server.ask<{ total: { hits: number; visitors: number } }>(
        '/api/v1/live?site=read.example',
      );
      await server.stop();
      server = await RunningServer.start(join(folder, 'data'));
      assert.deepEqual(await server.total('read.example'), total);
    });
  });
}

test('a database of cities that is none is refused before anything starts', {
  timeout: scaledTimeout(60_000),
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hit-tracker-'));
  try {
    await assert.rejects(
      RunningServer.start(join(folder, 'data'), '--geo-database', join(folder, 'missing.mmdb')),
      /missing\.mmdb cannot be read/,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
