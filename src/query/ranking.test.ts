import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { placeEmptyStore } from '../../test/fixtures/empty-store.ts';
import { segmentOf } from '../../test/fixtures/segments.ts';
import type { Hit } from '../hit/hit.ts';
import { Store } from '../store/store.ts';
import { Visits } from '../visits/visits.ts';
import type { QueryParams } from './params.ts';
import { type Ranking, readRanking } from './ranking.ts';
import { readSelection } from './selection.ts';
import { stats } from './stats.ts';
import { props, top } from './top.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 2, 9, 12);

test('the ranked value is parsed, and the error for an unknown one lists the valid ones', () => {
  for (const by of ['path', 'entry', 'exit', 'prop:plan', 'prop:a b']) assert.equal(readRanking(by), by);
  assert.equal(readRanking(undefined), 'path');
  for (const by of ['entries', 'prop:', `prop:${'x'.repeat(201)}`, ['entry']]) {
    assert.throws(() => readRanking(by), { code: 'invalid' });
  }
});

describe('rankings by values that are not dimensions', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hit-tracker-'));
  let store: Store;

  /** A hit of a visitor, a number of minutes after the start. */
  const hit = (visitorLow: number, minutes: number, path: string, more: Partial<Hit> = {}): Partial<Hit> => ({
    ...{ site: 'a.example', visitorLow, time: START + minutes * MINUTE, path },
    ...more,
  });

  before(async () => {
    placeEmptyStore(join(folder, 'store'));
    store = await Store.open({ setting: 'embedded', folder: join(folder, 'store') });
    const hits = [
      ...[hit(1, 0, '/'), hit(1, 2, '/b'), hit(1, 4, '/c')],
      // The same visitor returns after half an hour, and hits of one visit may arrive in any order.
      ...[hit(1, 60, '/b'), hit(2, 9, '/c'), hit(2, 5, '/')],
      hit(3, 0, '/', { bot: 'Googlebot' }),
      hit(4, 0, '/', { site: 'b.example', name: 'signup', props: '{"plan":"pro","seats":5}' }),
      hit(5, 0, '/', { site: 'b.example', name: 'signup', props: '{"plan":"free"}' }),
      hit(5, 1, '/', { site: 'b.example', name: 'signup', props: '{"plan":"pro"}' }),
      // Only the first hit of a visit has its source.
      hit(6, 0, '/', { site: 'c.example', source: 'news.ycombinator.com' }),
      hit(6, 1, '/buy', { site: 'c.example', name: 'signup', props: '{"plan":"team"}' }),
      hit(7, 0, '/', { site: 'c.example', source: 'duckduckgo.com' }),
      hit(7, 1, '/buy', { site: 'c.example', name: 'signup', props: '{"plan":"team"}' }),
    ];
    await store.deliver(segmentOf(folder, 1n, hits));
    await new Visits(store).catchUp();
  });

  after(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  async function ranking(by: Ranking, params: QueryParams, limit = 10): Promise<[string, number, number][]> {
    const { rows } = await top({ store }, readSelection(params), by, limit);
    return rows.map(({ value, hits, visitors }) => [value, hits, visitors]);
  }

  test('entry pages are the first pages of visits, exit pages the last', async () => {
    const params = { site: 'a.example' };
    assert.deepEqual(await ranking('entry', params), [
      ['/', 2, 2],
      ['/b', 1, 1],
    ]);
    assert.deepEqual(await ranking('exit', params), [
      ['/c', 2, 2],
      ['/b', 1, 1],
    ]);
    assert.deepEqual(await ranking('entry', params, 1), [['/', 2, 2]]);
  });

  test('filters by a hit select the whole visits with a match', async () => {
    assert.deepEqual(await ranking('entry', { site: 'a.example', filter: 'path!=/' }), [
      ['/', 2, 2],
      ['/b', 1, 1],
    ]);
    assert.deepEqual(await ranking('exit', { site: 'a.example', filter: 'path=/b' }), [
      ['/b', 1, 1],
      ['/c', 1, 1],
    ]);
  });

  test('filters by an attribute of the visit select all its hits', async () => {
    const params = { site: 'c.example', filter: 'source=news.ycombinator.com' };
    assert.deepEqual(await ranking('path', params), [
      ['/', 1, 1],
      ['/buy', 1, 1],
    ]);
    assert.deepEqual(await ranking('prop:plan', params), [['team', 1, 1]]);
    assert.deepEqual(await props({ store }, readSelection(params)), [{ key: 'plan', hits: 1 }]);
    const metrics = ['hits', 'visitors', 'visits', 'bounce_rate', 'visit_duration'] as const;
    const { totals } = await stats({ store }, readSelection(params), {
      interval: 'day',
      timezone: 'UTC',
      metrics,
    });
    assert.deepEqual(totals, { hits: 2, visitors: 1, visits: 1, bounce_rate: 0, visit_duration: 60 });
  });

  test('values of a property are ranked, numbers as JSON, and hits without it are left out', async () => {
    assert.deepEqual(await ranking('prop:plan', { site: 'b.example' }), [
      ['pro', 2, 2],
      ['free', 1, 1],
    ]);
    assert.deepEqual(await ranking('prop:seats', { site: 'b.example' }), [['5', 1, 1]]);
    assert.deepEqual(await ranking('prop:nothing', {}), []);
  });

  test('properties are ranked by the hits that have them', async () => {
    assert.deepEqual(await props({ store }, readSelection({ site: 'b.example' })), [
      { key: 'plan', hits: 3 },
      { key: 'seats', hits: 1 },
    ]);
    assert.deepEqual(await props({ store }, readSelection({ site: 'a.example' })), []);
  });
});
