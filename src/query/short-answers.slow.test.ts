/** Answers that were wrong in small ways: missing rows, missing notes, periods that were too long. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { group } from '../../test/fixtures/file-scope.ts';
import { hitOf } from '../../test/fixtures/hit.ts';
import { rolledStore } from '../../test/fixtures/rolled-store.ts';
import { answered } from '../../test/fixtures/visit-answers.ts';
import { readQuery } from './language/query-reader.ts';
import { queryAnswer } from './query-answer.ts';
import type { Ranking } from './ranking.ts';
import { readSelection } from './selection.ts';
import { top } from './top.ts';

const YEAR = 365 * 86_400_000;
const ALL = { site: 'a.example', period: 'all' };
const NOW = Date.UTC(2026, 10, 30);

describe('an answer', () => {
  const rolled = rolledStore(group());

  test('to a ranking has a row for visits without a value, as a query has', async (t) => {
    const { store, rollups, deliver } = await (await rolled)(t);
    // Of three visitors, one comes from a campaign, and one only sends an event, so that it has no exit page.
    const hits = ['', 'launch', ''].map((utmCampaign, visitorLow) =>
      hitOf({
        ...{ site: 'a.example', time: NOW - 1000, visitorHigh: 0, visitorLow, utmCampaign },
        name: visitorLow === 2 ? 'signup' : 'pageview',
      }),
    );
    await deliver((BigInt(NOW) << 22n) | 1n, hits);
    await rollups.visits.catchUp();
    const selection = readSelection({ site: 'a.example' });
    for (const [by, dimension, expected] of [
      [
        'utm_campaign',
        'utm_campaign',
        [
          ['', 2],
          ['launch', 1],
        ],
      ],
      ['utm_source', 'utm_source', [['', 3]]],
      ['referrer', 'referrer', [['', 3]]],
      [
        'exit',
        'exit_page',
        [
          ['/', 2],
          ['', 1],
        ],
      ],
    ] as const) {
      const { rows } = await top({ store }, selection, by, 10, NOW);
      assert.deepEqual(
        rows.map(({ value, hits: count }) => [value, count]),
        expected,
        by,
      );
      const metric = by === 'exit' ? 'visits' : 'hits';
      const query = { site: 'a.example', period: 'all', metrics: [metric], dimensions: [dimension] };
      const { results } = await queryAnswer({ store }, readQuery(query, NOW, []), NOW);
      assert.deepEqual(
        results.map(({ dimensions: [value], metrics: [count] }) => [value, count]),
        expected,
        by,
      );
    }
  });

  test('to a ranking of visits is the same after their hits were purged, unless a visit crosses an end of the period', async (t) => {
    const { store, rollups, command, deliver } = await (await rolled)(t);
    const start = Date.UTC(2026, 5, 1, 12);
    const hits = [0, 1, 2, 3].flatMap((visitorLow) =>
      [0, 5, 10].map((minutes) =>
        hitOf({
          ...{ site: 'a.example', time: start + visitorLow * 3_600_000 + minutes * 60_000, visitorLow },
          source: minutes === 0 && visitorLow < 2 ? 'www.google.com' : '',
          utmCampaign: minutes === 0 && visitorLow === 3 ? 'launch' : '',
        }),
      ),
    );
    await deliver((BigInt(NOW) << 22n) | 1n, hits);
    await rollups.rollUp();
    const ask = async (by: Ranking, more: object = {}) =>
      top(
        { store },
        readSelection({ site: 'a.example', from: '2026-06-01', to: '2026-06-02', ...more }),
        by,
        10,
        NOW,
      );
    const rankings = ['source', 'utm_campaign', 'country', 'entry', 'exit'] as const;
    const filtered = { filter: 'source=Google' };
    const before = [];
    for (const by of rankings) before.push(await ask(by), await ask(by, filtered));
    assert.deepEqual(before[0]!.rows, [
      { value: 'Direct', hits: 6, visitors: 2 },
      { value: 'Google', hits: 6, visitors: 2 },
    ]);
    await command(
      "INSERT INTO horizons SELECT 'a.example', 'hits', toDateTime('2026-06-02 00:00:00', 'UTC')",
    );
    await command('ALTER TABLE hits DELETE WHERE true SETTINGS mutations_sync = 1');
    const after = [];
    for (const by of rankings) after.push(await ask(by), await ask(by, filtered));
    assert.deepEqual(after, before);
    // The visit of 12:00 has hits before and after this.
    const { rows } = await ask('source', { from: '2026-06-01T12:07:00Z' });
    assert.deepEqual(rows, [{ value: 'www.google.com', hits: 2, visitors: 2 }]);
  });

  test('names sites that never had a hit, rolled up or not, and no others', async (t) => {
    const { store, rollups, deliver } = await (await rolled)(t);
    await deliver((BigInt(NOW) << 22n) | 1n, [hitOf({ site: 'a.example', time: NOW - YEAR })]);
    await rollups.rollUp();
    await deliver((BigInt(NOW + 1) << 22n) | 1n, [
      hitOf({ site: 'b.example', time: NOW - YEAR, bot: 'Googlebot' }),
    ]);
    const site = ['a.example', 'b.example', 'c.example'];
    const metaOf = async (query: object) =>
      (await queryAnswer({ store }, readQuery({ period: '7d', metrics: ['hits'], ...query }, NOW, []), NOW))
        .meta;
    assert.deepEqual(await metaOf({ site }), { unknown_sites: ['c.example'] });
    assert.deepEqual(await metaOf({ site: 'b.example' }), {});
    assert.deepEqual(await metaOf({}), {});
    await rollups.rollUp();
    assert.deepEqual(await metaOf({ site }), { unknown_sites: ['c.example'] });
    const { meta } = await answered(
      'journeys',
      { store },
      { site: 'c.example', period: 'all', page: '/' },
      NOW,
    );
    assert.deepEqual(meta, { unknown_sites: ['c.example'] });
  });

  test('about retention covers all data of old logs', async (t) => {
    const { store, rollups, deliver } = await (await rolled)(t);
    const start = Date.UTC(2010, 4, 17, 10);
    const hit = (days: number) =>
      hitOf({ site: 'a.example', time: start + days * 86_400_000, visitorLow: 1 });
    await deliver((BigInt(NOW) << 22n) | 1n, [hit(0), hit(8)]);
    await rollups.visits.catchUp();
    const weeks = await answered('retention', { store }, ALL, NOW);
    assert.equal(weeks.query.interval, 'week');
    assert.deepEqual(
      weeks.cohorts.map(({ visitors, returned }) => [visitors, returned]),
      [
        [1, [1, 1]],
        [0, [0]],
      ],
    );
    await deliver((BigInt(NOW + 1) << 22n) | 1n, [hit(12 * 365)]);
    await rollups.visits.catchUp();
    const months = await answered('retention', { store }, ALL, NOW);
    assert.equal(months.query.interval, 'month');
    assert.equal(months.cohorts.length, 145);
    await assert.rejects(answered('retention', { store }, { ...ALL, interval: 'week' }, NOW), {
      code: 'invalid',
      message: /more than 400: choose a longer interval or a shorter period/,
    });
  });
});
