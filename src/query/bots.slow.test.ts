/** `bots=` in queries over so many hits that rollups answer them, compared with loops over the sent hits. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { placeEmptyStore } from '../../test/fixtures/empty-store.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { segmentOf } from '../../test/fixtures/segments.ts';
import type { Dimension } from '../clickhouse/dimension.ts';
import { Rollups } from '../rollup/rollups.ts';
import { Store } from '../store/store.ts';
import { DAY } from '../timing/units.ts';
import { FEW_HITS } from './plan.ts';
import { readSelection } from './selection.ts';
import { stats } from './stats.ts';
import { top } from './top.ts';
import { VISITORS_ERROR } from './visitors.ts';

const START = Date.UTC(2026, 2, 1);
const COUNT = FEW_HITS + 20_000;
const SPACING = 5000;
const COUNTRIES = ['DE', 'FR', 'IN'] as const;

interface Sent {
  readonly time: number;
  readonly visitorLow: number;
  readonly bot: string;
  readonly path: string;
  readonly country: string;
}

/** All filters, or each of the choices in turn. */
function filtersFor(choice: number): [string, (sent: Sent) => boolean][] {
  const filters = Object.entries(FILTERS);
  return rounds(1, 0, 1) === 1 ? filters : filters.filter((_, at) => at === choice);
}

/** Every fifth is of a bot. */
function hitAt(i: number): Sent {
  return {
    time: START + i * SPACING,
    visitorLow: Math.imul(i % 5000, 0x9e3779b1) >>> 0,
    bot: i % 5 !== 0 ? '' : i % 2 === 0 ? 'Googlebot' : 'Bingbot',
    path: `/${i % 7}`,
    country: COUNTRIES[(i >> 3) % 3]!,
  };
}

const BOTS = {
  exclude: ({ bot }: Sent) => bot === '',
  include: () => true,
  only: ({ bot }: Sent) => bot !== '',
} as const;
const FILTERS = {
  '': () => true,
  'path=/3': ({ path }: Sent) => path === '/3',
  'country!=DE': ({ country }: Sent) => country !== 'DE',
} as const;

describe('bots are excluded, included, or counted alone', { timeout: scaledTimeout(240_000) }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'hit-tracker-'));
  let store: Store;
  let rollups: Rollups;

  before(async () => {
    placeEmptyStore(join(folder, 'store'));
    store = await Store.open({ setting: 'embedded', folder: join(folder, 'store') });
    rollups = new Rollups(store);
    const half = COUNT / 2;
    for (const at of [0, 1]) {
      const hits = Array.from({ length: half }, (_, i) => hitAt(at * half + i));
      await store.deliver(segmentOf(folder, (BigInt(START + at) << 22n) | 1n, hits));
    }
  });
  after(async () => {
    await rollups.close();
    await store.close();
    rmSync(folder, { recursive: true });
  });

  /** All days except the first hour, so that the period has an edge. */
  const from = START + 3_600_000;
  const to = START + COUNT * SPACING;

  async function check(state: string): Promise<void> {
    for (const [at, [bots, isMeant]] of Object.entries(BOTS).entries()) {
      for (const [filter, matches] of filtersFor(at)) {
        const days = new Map<number, number>();
        const visitors = new Set<number>();
        const ranks: Record<'path' | 'country' | 'bot', Map<string, number>> = {
          ...{ path: new Map(), country: new Map(), bot: new Map() },
        };
        const add = <Key>(counts: Map<Key, number>, key: Key) => counts.set(key, (counts.get(key) ?? 0) + 1);
        let total = 0;
        for (let i = 0; i < COUNT; i++) {
          const hit = hitAt(i);
          if (hit.time < from || !matches(hit)) continue;
          // A ranking of bots contains bots, whatever the parameter.
          if (hit.bot !== '') add(ranks.bot, hit.bot);
          if (!isMeant(hit)) continue;
          total++;
          visitors.add(hit.visitorLow);
          add(days, Math.floor(hit.time / DAY) * DAY);
          add(ranks.path, hit.path);
          add(ranks.country, hit.country);
        }
        const said = `${state}, bots=${bots}, filter "${filter}"`;
        const times = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
        const selection = readSelection({ ...times, bots, filter });
        const answer = await stats({ store }, selection, { interval: 'day', timezone: 'UTC' });
        assert.equal(answer.totals.hits, total, said);
        const near = Math.abs(answer.totals.visitors! - visitors.size);
        assert.ok(near <= 5 * VISITORS_ERROR * visitors.size, `${said}: ${near} visitors beside`);
        assert.deepEqual(
          answer.series.map(({ time, hits }) => [Date.parse(time), hits]),
          [...days],
          said,
        );
        for (const [by, counts] of Object.entries(ranks)) {
          const { rows } = await top({ store }, selection, by as Dimension, 10);
          const found = rows.map(({ value, hits }) => [value, hits] as const);
          assert.deepEqual(new Map(found), counts, `${said}, by ${by}`);
        }
      }
    }
  }

  test('before any hit is rolled up', async () => {
    await rollups.visits.catchUp();
    await check('not rolled up');
  });

  test('after all of them are rolled up, and after more have arrived', async () => {
    assert.equal(await rollups.rollUp(), COUNT);
    await check('rolled up');
    const more = Array.from({ length: 10 }, (_, i) => hitAt(i + 1000));
    await store.deliver(segmentOf(folder, (BigInt(START + 9) << 22n) | 1n, more));
    const times = { from: new Date(START).toISOString(), to: new Date(to).toISOString() };
    const counted = async (bots: string) =>
      (await stats({ store }, readSelection({ ...times, bots }), { interval: 'day', timezone: 'UTC' })).totals
        .hits!;
    const [people, all, only] = [await counted('exclude'), await counted('include'), await counted('only')];
    assert.deepEqual([people, all, only], [(COUNT / 5) * 4 + 8, COUNT + 10, COUNT / 5 + 2]);
  });

  test('over a period from 1990 to beyond the end of 32-bit seconds', async () => {
    for (const to of ['2106-02-07T06:30:00Z', '2150-01-01', '2298-12-31T23:59:59Z']) {
      const selection = readSelection({ from: '1990-01-01', to });
      const { totals, error } = await stats({ store }, selection, {
        interval: 'month',
        timezone: 'Asia/Tokyo',
      });
      assert.deepEqual([totals.hits, error], [(COUNT / 5) * 4 + 8, 0.0102], to);
    }
  });
});
