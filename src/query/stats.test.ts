import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { placeEmptyStore } from '../../test/fixtures/empty-store.ts';
import { segmentOf } from '../../test/fixtures/segments.ts';
import { DIMENSIONS, type Dimension } from '../clickhouse/dimension.ts';
import type { Hit } from '../hit/hit.ts';
import { Store } from '../store/store.ts';
import { Visits } from '../visits/visits.ts';
import type { Stats, Top } from './answers.ts';
import type { QueryParams } from './params.ts';
import { readSelection } from './selection.ts';
import { sites } from './sites.ts';
import { stats } from './stats.ts';
import { top } from './top.ts';

const NOON = Date.UTC(2026, 4, 1, 12);
const HOUR = 3_600_000;

/** Hits of a day in May, and some before and after it. */
const HITS: readonly Partial<Hit>[] = [
  { site: 'a.com', time: NOON - 1, visitorLow: 1, path: '/one' },
  { site: 'a.com', time: NOON, visitorLow: 1, path: '/one', status: 200 },
  { site: 'a.com', time: NOON + 1, visitorLow: 2, path: '/two', status: 204 },
  { site: 'a.com', time: NOON + HOUR - 1, visitorLow: 1, path: '/one', status: 304 },
  { site: 'a.com', time: NOON + HOUR, visitorLow: 3, path: '/two', status: 404 },
  { site: 'a.com', time: NOON + HOUR, visitorLow: 4, path: '/one', bot: 'Googlebot', status: 200 },
  { site: 'a.com', time: NOON + HOUR, visitorLow: 5, path: '/one', bot: 'Bingbot' },
  { site: 'b.com', time: NOON, visitorLow: 1, path: '/one' },
  { site: 'b.com', time: Date.UTC(2015, 0), visitorLow: 9, path: '/old' },
];

describe('answers of the store', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hit-tracker-'));
  let store: Store;

  before(async () => {
    placeEmptyStore(join(folder, 'store'));
    store = await Store.open({ setting: 'embedded', folder: join(folder, 'store') });
    await store.deliver(segmentOf(folder, 1n, HITS));
    await new Visits(store).catchUp();
  });

  after(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  const NOW = Date.UTC(2026, 4, 2);
  const PERIOD = { from: '2026-05-01T12:00', to: '2026-05-01T13:00' };

  function ask(
    params: QueryParams,
    interval: 'minute' | 'hour' | 'month' | undefined = undefined,
  ): Promise<Stats> {
    return stats({ store }, readSelection(params), { interval, timezone: 'UTC' }, NOW);
  }

  async function totals(params: QueryParams): Promise<[number, number]> {
    const { hits, visitors } = (await ask(params)).totals;
    return [hits!, visitors!];
  }

  async function ranking(
    by: Dimension,
    params: QueryParams,
    limit = 10,
  ): Promise<[string, number, number][]> {
    const { rows }: Top = await top({ store }, readSelection(params), by, limit, NOW);
    return rows.map(({ value, hits, visitors }) => [value, hits, visitors]);
  }

  test('include the first moment of a period, and not the last', async () => {
    assert.deepEqual(await totals({ site: 'a.com', ...PERIOD }), [3, 2]);
    assert.deepEqual(await totals({ site: 'a.com', from: '2026-05-01T11:59:59.999', to: PERIOD.to }), [4, 2]);
    assert.deepEqual(
      await totals({ site: 'a.com', from: PERIOD.from, to: '2026-05-01T13:00:00.001' }),
      [4, 3],
    );
    assert.deepEqual(await totals({ site: 'a.com', from: '2026-05-01T12:00:00.001', to: PERIOD.to }), [2, 2]);
  });

  test('count a visitor of two sites as two, since visitors are not tracked across sites', async () => {
    assert.deepEqual(await totals(PERIOD), [4, 3]);
  });

  test('exclude bots, include them, or count only them', async () => {
    const params = { site: 'a.com', from: PERIOD.from };
    assert.deepEqual(await totals(params), [4, 3]);
    assert.deepEqual(await totals({ ...params, bots: 'include' }), [6, 5]);
    assert.deepEqual(await totals({ ...params, bots: 'only' }), [2, 2]);
  });

  test('with a filter by an attribute of visits count hits and visits with the same statements', async (t) => {
    const run = t.mock.method(store, 'rowsOf');
    const selection = readSelection({ site: 'a.com', filter: 'country!=FR' });
    const metrics = ['visits', 'bounce_rate'] as const;
    const { totals, series } = await stats({ store }, selection, {
      interval: 'hour',
      timezone: 'UTC',
      metrics,
    });
    assert.deepEqual(totals, { hits: 5, visitors: 3, visits: 4, bounce_rate: 0.75 });
    assert.deepEqual(series, [
      { time: '2026-05-01T11:00:00Z', hits: 1, visitors: 1, visits: 1, bounce_rate: 0 },
      { time: '2026-05-01T12:00:00Z', hits: 3, visitors: 2, visits: 2, bounce_rate: 1 },
      { time: '2026-05-01T13:00:00Z', hits: 1, visitors: 1, visits: 1, bounce_rate: 1 },
    ]);
    assert.equal(run.mock.callCount(), 2, 'one for the totals, and one for the series');
  });

  test('are limited to the requested statuses', async () => {
    const params = { site: 'a.com', bots: 'include' };
    const hitsOf = async (status: string) => (await totals({ ...params, status }))[0];
    const counts = await Promise.all(['2xx', '2xx,3xx', '404', '200,404', '5xx', ''].map(hitsOf));
    assert.deepEqual(counts, [3, 4, 1, 3, 0, 7]);
  });

  test('include empty intervals', async () => {
    const { series, interval } = await ask(
      { site: 'a.com', from: '2026-05-01T10:30', to: '2026-05-01T15:30' },
      'hour',
    );
    assert.equal(interval, 'hour');
    assert.deepEqual(
      series.map(({ time, hits, visitors }) => [time.slice(11, 16), hits, visitors]),
      [
        ['10:00', 0, 0],
        ['11:00', 1, 1],
        ['12:00', 3, 2],
        ['13:00', 1, 1],
        ['14:00', 0, 0],
        ['15:00', 0, 0],
      ],
    );
  });

  test('begin with the first hit and end with the last if no period is given', async () => {
    const { from, to, interval, totals } = await ask({});
    assert.deepEqual([from, to], ['2015-01-01T00:00:00Z', '2026-05-01T13:00:00.001Z']);
    assert.equal(interval, 'month');
    assert.equal(totals.hits, 7);
    assert.equal((await ask({ from: '2026-05-01' })).to, '2026-05-02T00:00:00Z');
    assert.equal((await ask({ site: 'a.com', to: '2026-06-01' })).from, '2026-05-01T11:59:59.999Z');
  });

  test('of no hits at all are zero, in a period', async () => {
    const nothing = await ask({ site: 'nobody.com' });
    assert.deepEqual(nothing.totals, { hits: 0, visitors: 0 });
    assert.equal(nothing.series.length, 1);
    assert.equal(nothing.site, 'nobody.com');
    assert.deepEqual((await ask({ site: 'nobody.com', to: '2026-01-01' })).totals, { hits: 0, visitors: 0 });
    assert.deepEqual((await ask({ from: '2030-01-01' })).totals, { hits: 0, visitors: 0 });
    assert.deepEqual(await ranking('path', { site: 'nobody.com' }), []);
  });

  test('are correct at both ends of time', async () => {
    for (const [from, to] of [
      ['1970-01-01', '1970-03-01'],
      ['2106-01-01', '2106-03-01'],
      ['2199-11-01', '2199-12-31'],
    ] as const) {
      const { series } = await ask({ from, to }, 'month');
      const months = [0, 1].map((month) =>
        new Date(Date.parse(from)).setUTCMonth(new Date(from).getUTCMonth() + month),
      );
      assert.deepEqual(
        series.map(({ time }) => Date.parse(time)),
        months,
      );
    }
    const week = await stats(
      { store },
      readSelection({ from: '1970-01-01', to: '1970-01-02' }),
      { interval: 'week', timezone: 'UTC' },
      NOW,
    );
    assert.deepEqual(week.series[0]?.time, '1969-12-29T00:00:00Z');
  });

  test('of more than 10,000 intervals are refused', async () => {
    await assert.rejects(ask({}, 'minute'), { code: 'invalid', message: /choose a longer interval/ });
    const params = { from: '2026-05-01', to: '2026-05-07T22:40' };
    assert.equal((await ask(params, 'minute')).series.length, 10_000);
  });

  test('rank the values of every dimension', async () => {
    const full: Partial<Hit> = {
      ...{
        site: 'full.com',
        path: '/p',
        referrer: 'https://r.org/',
        source: 's',
        country: 'NZ',
        browser: 'B',
      },
      ...{ os: 'O', device: 'tablet', language: 'mi', name: 'n' },
      ...{ utmSource: 'us', utmMedium: 'um', utmCampaign: 'uc', bot: 'Robot' },
    };
    await store.deliver(segmentOf(folder, 2n, [full]));
    await new Visits(store).catchUp();
    const values = await Promise.all(
      DIMENSIONS.map(async (by) => [by, (await ranking(by, { site: 'full.com', bots: 'include' }))[0]?.[0]]),
    );
    assert.deepEqual(Object.fromEntries(values), {
      ...{ path: '/p', referrer: 'https://r.org/', source: 's', country: 'NZ', browser: 'B', os: 'O' },
      ...{
        device: 'tablet',
        language: 'mi',
        name: 'n',
        utm_source: 'us',
        utm_medium: 'um',
        utm_campaign: 'uc',
      },
      bot: 'Robot',
    });
  });

  test('rank by hits, then by name', async () => {
    assert.deepEqual(await ranking('path', { site: 'a.com' }), [
      ['/one', 3, 1],
      ['/two', 2, 2],
    ]);
    assert.deepEqual(await ranking('path', { site: 'a.com' }, 1), [['/one', 3, 1]]);
  });

  test('rank visits without a source, a country or a campaign too, as they are visits of people', async () => {
    assert.deepEqual(await ranking('source', { site: 'a.com' }), [['Direct', 5, 3]]);
    await store.deliver(
      segmentOf(folder, 3n, [{ site: 'full.com', visitorLow: 77, country: '', bot: 'Robot' }]),
    );
    await new Visits(store).catchUp();
    const params = { site: 'full.com', bots: 'include', filter: 'country=' };
    assert.deepEqual(await ranking('country', params), [['', 1, 1]]);
    for (const by of ['referrer', 'utm_source'] as const) {
      assert.deepEqual(await ranking(by, { site: 'a.com' }), [['', 5, 3]], by);
    }
  });

  test('rank bots, which all other rankings exclude', async () => {
    const bots: [string, number, number][] = [
      ['Bingbot', 1, 1],
      ['Googlebot', 1, 1],
    ];
    assert.deepEqual(await ranking('bot', { site: 'a.com' }), bots);
    assert.deepEqual(await ranking('bot', { site: 'a.com', bots: 'include' }), bots);
    assert.deepEqual(await ranking('path', { site: 'a.com', bots: 'only' }), [['/one', 2, 2]]);
  });

  test('list the sites', async () => {
    const [first, second] = await sites({ store });
    assert.deepEqual(first, {
      ...{ site: 'a.com', hits: 5, visitors: 3 },
      ...{ first: '2026-05-01T11:59:59.999Z', last: '2026-05-01T13:00:00Z' },
    });
    assert.deepEqual(second, {
      ...{ site: 'b.com', hits: 2, visitors: 2 },
      ...{ first: '2015-01-01T00:00:00Z', last: '2026-05-01T12:00:00Z' },
    });
  });
});
