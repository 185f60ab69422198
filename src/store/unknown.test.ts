/** Questions about purged periods, judged by loops over the hits that were sent. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { segmentOf } from '../../test/fixtures/segments.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import type { Hit } from '../hit/hit.ts';
import { readAges } from '../settings/ages.ts';
import { DAY, type Period } from './plan.ts';
import { readMetrics, readSelection } from './question.ts';
import type { Ranking } from './ranking.ts';
import { retentionPolicy } from './retention/policy.ts';
import { Purger } from './retention/purger.ts';
import { Rollups } from './rollups.ts';
import { sites, stats, top } from './stats.ts';
import { steadily } from './stock.ts';
import { Store } from './store.ts';
import type { Words } from './words.ts';

const options = { timeout: 120_000 };
const START = Date.UTC(2026, 8, 1);
const DAYS = 40;
const NOW = START + DAYS * DAY + DAY / 2;
/** Hits of the first 20 days go. */
const PURGE = '20d';
const HORIZON = START + 20 * DAY;

type Sent = Pick<Hit, 'site' | 'time' | 'visitorLow' | 'path' | 'bot'>;

/** Six hits a day, one of a bot; two of three are of the first site. */
const HITS: readonly Sent[] = Array.from({ length: DAYS * 6 }, (_, i) => ({
  site: i % 3 === 2 ? 'b.example' : 'a.example',
  time: START + Math.floor(i / 6) * DAY + (i % 6) * 3_600_000,
  visitorLow: i % 11,
  path: i % 2 === 0 ? '/even' : '/odd',
  bot: i % 6 === 5 || i % 6 === 4 ? 'Googlebot' : '',
}));

async function purgedStore(t: TestContext) {
  const folder = temporaryFolder(t);
  const store = await Store.open({ setting: 'embedded', folder: join(folder, 'store') });
  const rollups = new Rollups(store);
  t.after(async () => {
    await rollups.close();
    await store.close();
  });
  await store.deliver(segmentOf(folder, (BigInt(START) << 22n) | 1n, HITS));
  await rollups.rollUp();
  const change = async (text: string) => {
    await using aside = store.aside();
    await aside.command(text);
  };
  await change('CREATE TABLE copy ENGINE = MergeTree ORDER BY time AS SELECT * FROM hits');
  const policy = retentionPolicy(readAges(PURGE)(PURGE, ''), readAges('forever')('forever', ''));
  const spool = { flush: async () => undefined };
  const purger = new Purger({ store, spool, rollups, policy, now: () => NOW });
  const { hits } = await purger.run();
  assert.deepEqual(
    hits.map(({ rows }) => rows),
    [80, 40],
  );
  /** Brings purged hits back, as `restore` does: those of which this holds. */
  const restore = (which: string) => change(`INSERT INTO hits SELECT * FROM copy WHERE ${which}`);
  return { store, purger, restore };
}

function ask(store: Store, words: Words, interval: 'day' | 'week' | 'hour' | 'minute' | 'month' = 'day') {
  const metrics = readMetrics(words.metrics);
  return stats({ store }, readSelection(words), { interval, timezone: 'UTC', metrics }, NOW);
}

function ranking(store: Store, words: Words, by: Ranking = 'path') {
  return top({ store }, readSelection(words), by, 10, NOW);
}

const PERIOD = { from: '2026-09-01', to: '2026-10-11' };
const people = ({ bot }: Sent) => bot === '';
const isOdd = ({ path }: Sent) => path === '/odd';

/** How many of the hits from one moment to another have this. */
function count(which: (hit: Sent) => boolean, from: number, to: number): { hits: number; visitors: number } {
  const found = HITS.filter((hit) => hit.time >= from && hit.time < to && which(hit));
  return { hits: found.length, visitors: new Set(found.map((hit) => `${hit.site} ${hit.visitorLow}`)).size };
}

/** Values with how often each is among the hits since a moment, those of most first. */
function ranked(which: (hit: Sent) => boolean, from: number): [string, number][] {
  const hits = new Map<string, number>();
  for (const hit of HITS) {
    if (hit.time >= from && which(hit)) hits.set(hit.path, (hits.get(hit.path) ?? 0) + 1);
  }
  return [...hits].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

describe('an answer about a purged period', () => {
  test('that rollups have is whole, and lacks nothing', options, async (t) => {
    const { store } = await purgedStore(t);
    const { totals, series, purged_before } = await ask(store, PERIOD);
    assert.equal(totals.hits, count(people, START, NOW).hits);
    assert.equal(purged_before, undefined);
    assert.deepEqual(
      series.map(({ hits }) => hits),
      series.map(({ time }) => count(people, Date.parse(time), Date.parse(time) + DAY).hits),
    );
    const paths = await ranking(store, PERIOD);
    assert.deepEqual(
      paths.rows.map(({ value, hits }) => [value, hits]),
      ranked(people, START),
    );
    assert.equal(paths.purged_before, undefined);
  });

  test(
    'that needs the hits is null up to where they are gone, and exact from there on',
    options,
    async (t) => {
      const { store } = await purgedStore(t);
      const before = new Date(HORIZON).toISOString().replace('.000Z', 'Z');
      for (const [words, which] of [
        [{ filter: 'path=/odd' }, (hit: Sent) => people(hit) && isOdd(hit)],
        [{ bots: 'include' }, () => true],
        [{ bots: 'only' }, (hit: Sent) => !people(hit)],
        [
          { bots: 'only', filter: 'path=/odd', site: 'a.example' },
          (hit: Sent) => !people(hit) && isOdd(hit) && hit.site === 'a.example',
        ],
      ] as const) {
        const answer = await ask(store, { ...PERIOD, ...words });
        assert.deepEqual(answer.totals, { hits: null, visitors: null });
        assert.equal(answer.purged_before, before);
        for (const { time, ...figures } of answer.series) {
          const start = Date.parse(time);
          const expected =
            start < HORIZON ? { hits: null, visitors: null } : count(which, start, start + DAY);
          assert.deepEqual(figures, expected, `${JSON.stringify(words)} ${time}`);
        }
      }
    },
  );

  test('has no number for an interval that lies before the horizon in part', options, async (t) => {
    const { store } = await purgedStore(t);
    const words = { ...PERIOD, filter: 'path=/odd' };
    const { series } = await ask(store, words, 'week');
    // 21 September 2026, the horizon, is a Monday.
    assert.deepEqual(
      series.map(({ hits }) => hits === null),
      [true, true, true, false, false, false],
    );
    const month = await ask(store, words, 'month');
    assert.deepEqual(
      month.series.map(({ hits }) => hits === null),
      [true, false],
    );
    // An interval is judged by the part of it that is asked for.
    const later = await ask(store, { ...words, from: '2026-09-21' }, 'month');
    assert.deepEqual(
      later.series.map(({ hits }) => hits === null),
      [false, false],
    );
    assert.equal(later.purged_before, undefined);
    assert.deepEqual(
      later.totals,
      count((hit) => people(hit) && isOdd(hit), HORIZON, NOW),
    );
    const minutes = await ask(store, { from: '2026-09-20T23:00', to: '2026-09-21T00:02' }, 'minute');
    assert.equal(minutes.series.filter(({ hits }) => hits === null).length, 60);
    assert.equal(minutes.series.at(-2)?.hits, 1);
  });

  test('knows hits and not visits, and says of visits that it does not', options, async (t) => {
    const { store } = await purgedStore(t);
    const metrics = 'visits,bounce_rate,visit_duration';
    const { totals, series, purged_before } = await ask(store, { ...PERIOD, metrics });
    assert.equal(totals.hits, count(people, START, NOW).hits);
    assert.deepEqual([totals.visits, totals.bounce_rate, totals.visit_duration], [null, null, null]);
    assert.ok(purged_before);
    for (const { time, hits, visits } of series) {
      assert.equal(hits, count(people, Date.parse(time), Date.parse(time) + DAY).hits);
      // An hour lies between any two hits.
      assert.equal(visits, Date.parse(time) < HORIZON ? null : hits, time);
    }
  });

  test('is null in a comparison too, and so is the change', options, async (t) => {
    const { store } = await purgedStore(t);
    const selection = readSelection({ from: '2026-09-25', to: '2026-10-05', filter: 'path=/odd' });
    const asked = { interval: 'day', timezone: 'UTC', compare: 'previous' } as const;
    const { totals, purged_before, comparison } = await stats({ store }, selection, asked, NOW);
    assert.deepEqual(
      totals,
      count((hit) => people(hit) && isOdd(hit), selection.from!, selection.to!),
    );
    assert.equal(purged_before, undefined);
    assert.deepEqual(comparison?.totals, { hits: null, visitors: null });
    assert.deepEqual(comparison?.change, { hits: null, visitors: null });
    assert.equal(comparison?.purged_before, '2026-09-21T00:00:00Z');
  });

  test('ranks what is left, says since when, and takes no hit of before', options, async (t) => {
    const { store, restore } = await purgedStore(t);
    // A few of them are there again: not all, so that none counts.
    await restore("time < '2026-09-03'");
    const rest = await ranking(store, { ...PERIOD, bots: 'include' });
    assert.deepEqual(
      rest.rows.map(({ value, hits }) => [value, hits]),
      ranked(() => true, HORIZON),
    );
    assert.equal(rest.purged_before, '2026-09-21T00:00:00Z');
    for (const by of ['entry', 'exit'] as const) {
      assert.equal((await ranking(store, PERIOD, by)).purged_before, '2026-09-21T00:00:00Z');
    }
    const none = await ranking(store, { from: '2026-09-05', to: '2026-09-10', bots: 'include' });
    assert.deepEqual([none.rows, none.purged_before], [[], '2026-09-10T00:00:00Z']);
  });
});

describe('hits that are there again', () => {
  const odd = { ...PERIOD, filter: 'path=/odd' };
  const wanted = count((hit) => people(hit) && isOdd(hit), START, NOW);

  test('make answers whole, without a note', options, async (t) => {
    const { store, purger, restore } = await purgedStore(t);
    assert.equal((await ask(store, odd)).totals.hits, null);
    await restore(`time < toDateTime64('2026-09-21', 3, 'UTC')`);
    const answer = await ask(store, { ...odd, metrics: 'visits' });
    assert.deepEqual(answer.totals, { ...wanted, visits: wanted.hits });
    assert.equal(answer.purged_before, undefined);
    // Visitors are exact again, too.
    const all = await ask(store, PERIOD);
    assert.deepEqual([all.totals, all.error], [count(people, START, NOW), undefined]);
    await purger.run();
    assert.equal((await ask(store, odd)).totals.hits, null, 'until they are purged again');
  });

  test('are known from the last day on that misses one, whichever are there', options, async (t) => {
    const { store, purger, restore } = await purgedStore(t);
    const subset = fc.array(fc.nat(19), { minLength: 15, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(subset, fc.constantFrom('', 'a.example', 'b.example'), async (days, site) => {
        await purger.run();
        const list = days.map((day) => `'${new Date(START + day * DAY).toISOString().slice(0, 10)}'`);
        await restore(`toString(toDate(time, 'UTC')) IN (${list.join()})`);
        let known = HORIZON;
        for (let day = 19; day >= 0 && days.includes(day); day--) known -= DAY;
        const answer = await ask(store, { ...odd, site });
        const isWhole = known === START;
        assert.equal(
          answer.purged_before,
          isWhole ? undefined : new Date(known).toISOString().replace('.000Z', 'Z'),
        );
        for (const { time, hits } of answer.series) {
          assert.equal(hits === null, Date.parse(time) < known, time);
        }
        assert.equal(answer.totals.hits === null, !isWhole);
      }),
      { seed: 21, numRuns: 8, examples: [[Array.from({ length: 20 }, (_, day) => day), '']] },
    );
  });

  test('and go while they are counted are asked about again', options, async (t) => {
    const { store, purger, restore } = await purgedStore(t);
    await restore(`time < toDateTime64('2026-09-21', 3, 'UTC')`);
    const period = readSelection(odd) as Period;
    const asked: number[] = [];
    await steadily({ store }, period, async ({ hitsFrom }) => {
      asked.push(hitsFrom);
      if (asked.length === 1) await purger.run();
    });
    assert.deepEqual(asked, [0, HORIZON]);
  });

  test('of one site do not speak for another', options, async (t) => {
    const { store, restore } = await purgedStore(t);
    await restore("site = 'a.example' AND time < toDateTime64('2026-09-21', 3, 'UTC')");
    assert.equal((await ask(store, { ...odd, site: 'a.example' })).purged_before, undefined);
    assert.ok((await ask(store, { ...odd, site: 'b.example' })).purged_before);
    assert.ok((await ask(store, odd)).purged_before);
  });
});

describe('purged rollups', () => {
  test('leave what is left of them known, and all before unknown', options, async (t) => {
    const { store, purger } = await purgedStore(t);
    const ages = readAges('30d')('30d', '');
    await purger.run({ policy: { rollups: ages } });
    const known = START + 10 * DAY;
    const answer = await ask(store, PERIOD);
    assert.deepEqual(answer.totals, { hits: null, visitors: null });
    assert.equal(answer.purged_before, '2026-09-11T00:00:00Z');
    for (const { time, hits } of answer.series) {
      const start = Date.parse(time);
      assert.equal(hits, start < known ? null : count(people, start, start + DAY).hits, time);
    }
    const paths = await ranking(store, PERIOD);
    assert.deepEqual(
      paths.rows.map(({ value, hits }) => [value, hits]),
      ranked(people, known),
    );
    assert.equal(paths.purged_before, '2026-09-11T00:00:00Z');
    const listed = await sites({ store });
    assert.deepEqual(
      listed.map(({ site, hits, purged_before }) => [site, hits, purged_before]),
      ['a.example', 'b.example'].map((site) => [
        site,
        count((hit) => people(hit) && hit.site === site, known, NOW).hits,
        '2026-09-11T00:00:00Z',
      ]),
    );
  });
});
