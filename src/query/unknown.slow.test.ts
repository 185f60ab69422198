/** Queries for purged periods, judged by loops over the hits that were sent. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { file } from '../../test/fixtures/file-scope.ts';
import {
  ask,
  CUTOFF,
  count,
  isOdd,
  NOW,
  PERIOD,
  people,
  purgedStore,
  ranked,
  ranking,
  type Sent,
  START,
} from '../../test/fixtures/purged-store.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { readAges } from '../settings/ages.ts';
import { DAY } from '../timing/units.ts';
import { withStableData } from './data-stats.ts';
import type { BoundedSelection } from './plan.ts';
import { readSelection } from './selection.ts';
import { sites } from './sites.ts';
import { stats } from './stats.ts';
import { top } from './top.ts';

const options = { timeout: scaledTimeout(120_000) };
const { store, retentionJob, restore } = await purgedStore(file);

describe('an answer about a purged period', () => {
  test(
    'that begins and ends within a quarter of an hour says that it is of whole quarters',
    options,
    async () => {
      const params = { from: '2026-09-02T00:07:00Z', to: '2026-09-02T02:05:00Z' };
      const answer = await ask(store, params, 'hour');
      assert.deepEqual([answer.from, answer.to], ['2026-09-02T00:00:00Z', '2026-09-02T02:15:00Z']);
      const wanted = count(people, Date.parse(answer.from), Date.parse(answer.to));
      assert.equal(answer.totals.hits, wanted.hits);
      // Where the hits are there, it is of what was asked.
      const later = { from: '2026-10-02T00:07:00Z', to: '2026-10-02T02:05:00Z' };
      const exact = await ask(store, later, 'hour');
      assert.deepEqual([exact.from, exact.to], [later.from, later.to]);
      assert.equal(exact.totals.hits, count(people, Date.parse(later.from), Date.parse(later.to)).hits);
    },
  );

  test('that rollups have is whole, and lacks nothing', options, async () => {
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
    async () => {
      const before = new Date(CUTOFF).toISOString().replace('.000Z', 'Z');
      for (const [params, which] of [
        [{ filter: 'path=/odd' }, (hit: Sent) => people(hit) && isOdd(hit)],
        [{ bots: 'include' }, () => true],
        [{ bots: 'only' }, (hit: Sent) => !people(hit)],
        [
          { bots: 'only', filter: 'path=/odd', site: 'a.example' },
          (hit: Sent) => !people(hit) && isOdd(hit) && hit.site === 'a.example',
        ],
      ] as const) {
        const answer = await ask(store, { ...PERIOD, ...params });
        assert.deepEqual(answer.totals, { hits: null, visitors: null });
        assert.equal(answer.purged_before, before);
        for (const { time, ...figures } of answer.series) {
          const start = Date.parse(time);
          const expected = start < CUTOFF ? { hits: null, visitors: null } : count(which, start, start + DAY);
          assert.deepEqual(figures, expected, `${JSON.stringify(params)} ${time}`);
        }
      }
    },
  );

  test('has no number for an interval that lies before the cutoff in part', options, async () => {
    const params = { ...PERIOD, filter: 'path=/odd' };
    const { series } = await ask(store, params, 'week');
    // 21 September 2026, the cutoff, is a Monday.
    assert.deepEqual(
      series.map(({ hits }) => hits === null),
      [true, true, true, false, false, false],
    );
    const month = await ask(store, params, 'month');
    assert.deepEqual(
      month.series.map(({ hits }) => hits === null),
      [true, false],
    );
    // An interval is judged by the part of it that is asked for.
    const later = await ask(store, { ...params, from: '2026-09-21' }, 'month');
    assert.deepEqual(
      later.series.map(({ hits }) => hits === null),
      [false, false],
    );
    assert.equal(later.purged_before, undefined);
    assert.deepEqual(
      later.totals,
      count((hit) => people(hit) && isOdd(hit), CUTOFF, NOW),
    );
    const minutes = await ask(store, { from: '2026-09-20T23:00', to: '2026-09-21T00:02' }, 'minute');
    assert.equal(minutes.series.filter(({ hits }) => hits === null).length, 60);
    assert.equal(minutes.series.at(-2)?.hits, 1);
  });

  test('has its visits, which outlive their hits, unless a filter selects hits', options, async () => {
    const metrics = 'visits,bounce_rate,visit_duration';
    const { totals, series, purged_before } = await ask(store, { ...PERIOD, metrics });
    // Any two hits are an hour apart, so each is a visit.
    const { hits } = count(people, START, NOW);
    assert.deepEqual([totals.hits, totals.visits, totals.bounce_rate], [hits, hits, 1]);
    assert.equal(purged_before, undefined);
    for (const { time, hits, visits } of series) {
      const own = count(people, Date.parse(time), Date.parse(time) + DAY).hits;
      assert.deepEqual([hits, visits], [own, own], time);
    }
    const odd = await ask(store, { ...PERIOD, metrics, filter: 'path=/odd' });
    assert.deepEqual([odd.totals.visits, odd.purged_before], [null, '2026-09-21T00:00:00Z']);
    for (const { time, hits, visits } of odd.series) assert.equal(visits, hits, time);
  });

  test('is null in a comparison too, and so is the change', options, async () => {
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
    // A few of them are there again: not all, so that none counts.
    await restore(t, "time < '2026-09-03'");
    const rest = await ranking(store, { ...PERIOD, bots: 'include' });
    assert.deepEqual(
      rest.rows.map(({ value, hits }) => [value, hits]),
      ranked(() => true, CUTOFF),
    );
    assert.equal(rest.purged_before, '2026-09-21T00:00:00Z');
    for (const by of ['entry', 'exit'] as const) {
      // Visits outlive their hits: here each has one.
      const whole = await ranking(store, PERIOD, by);
      assert.deepEqual(
        whole.rows.map(({ value, hits }) => [value, hits]),
        ranked(people, START),
      );
      assert.equal(whole.purged_before, undefined);
    }
    const none = await ranking(store, { from: '2026-09-05', to: '2026-09-10', bots: 'include' });
    assert.deepEqual([none.rows, none.purged_before], [[], '2026-09-10T00:00:00Z']);
  });
});

describe('hits that are there again', () => {
  const odd = { ...PERIOD, filter: 'path=/odd' };
  const wanted = count((hit) => people(hit) && isOdd(hit), START, NOW);

  test('make answers whole, without a note', options, async (t) => {
    assert.equal((await ask(store, odd)).totals.hits, null);
    await restore(t, `time < toDateTime64('2026-09-21', 3, 'UTC')`);
    const answer = await ask(store, { ...odd, metrics: 'visits' });
    assert.deepEqual(answer.totals, { ...wanted, visits: wanted.hits });
    assert.equal(answer.purged_before, undefined);
    // Visitors are exact again, too.
    const all = await ask(store, PERIOD);
    assert.deepEqual([all.totals, all.error], [count(people, START, NOW), undefined]);
    await retentionJob.run();
    assert.equal((await ask(store, odd)).totals.hits, null, 'until they are purged again');
  });

  test('are known from the last day on that misses one, whichever are there', options, async (t) => {
    const subset = fc.array(fc.nat(19), { minLength: 15, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(subset, fc.constantFrom('', 'a.example', 'b.example'), async (days, site) => {
        await retentionJob.run();
        const list = days.map((day) => `'${new Date(START + day * DAY).toISOString().slice(0, 10)}'`);
        await restore(t, `toString(toDate(time, 'UTC')) IN (${list.join()})`);
        let known = CUTOFF;
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
      { seed: 21, numRuns: rounds(50, 2, 8), examples: [[Array.from({ length: 20 }, (_, day) => day), '']] },
    );
  });

  test('and go while they are counted are asked about again', options, async (t) => {
    await restore(t, `time < toDateTime64('2026-09-21', 3, 'UTC')`);
    const period = readSelection(odd) as BoundedSelection;
    const asked: number[] = [];
    await withStableData({ store }, period, async ({ hitsFrom }) => {
      asked.push(hitsFrom);
      if (asked.length === 1) await retentionJob.run();
    });
    assert.deepEqual(asked, [0, CUTOFF]);
  });

  test('of one site do not speak for another', options, async (t) => {
    await restore(t, "site = 'a.example' AND time < toDateTime64('2026-09-21', 3, 'UTC')");
    assert.equal((await ask(store, { ...odd, site: 'a.example' })).purged_before, undefined);
    assert.ok((await ask(store, { ...odd, site: 'b.example' })).purged_before);
    assert.ok((await ask(store, odd)).purged_before);
  });
});

describe('an answer while visits lack hits', () => {
  const since = CUTOFF + 5 * DAY;
  const selection = readSelection({ from: '2026-09-22', to: PERIOD.to, filter: 'country=DE' });
  const ask = { interval: 'day', timezone: 'UTC', metrics: ['hits', 'visitors', 'visits'] } as const;

  test('is null from then on if it is about visits, and says so', options, async () => {
    const answer = await stats({ store }, selection, ask, NOW, () => since);
    assert.deepEqual(answer.totals, { hits: null, visitors: null, visits: null });
    assert.equal(answer.pending_since, '2026-09-26T00:00:00Z');
    for (const { time, hits, visits } of answer.series) {
      const start = Date.parse(time);
      const wanted = start < since ? count(people, start, start + DAY).hits : null;
      assert.deepEqual([hits, visits], [wanted, wanted], time);
    }
    const all = await stats({ store }, { ...selection, filters: [] }, ask, NOW, () => since);
    assert.equal(all.totals.hits, count(people, CUTOFF + DAY, NOW).hits);
    assert.equal(all.totals.visits, null);
  });

  test('ranks the hits before, by visit', options, async () => {
    const countries = await top({ store }, { ...selection, filters: [] }, 'country', 10, NOW, () => since);
    const { hits, visitors } = count(people, CUTOFF + DAY, since);
    assert.deepEqual(countries.rows, [{ value: 'DE', hits, visitors }]);
    assert.equal(countries.pending_since, '2026-09-26T00:00:00Z');
    const paths = await top({ store }, { ...selection, filters: [] }, 'path', 10, NOW, () => since);
    assert.equal(paths.pending_since, undefined);
  });
});

// Last, since nothing brings rollups back.
describe('purged rollups', () => {
  test('leave what is left of them known, and all before unknown', options, async () => {
    const ages = readAges('30d')('30d', '');
    await retentionJob.run({ policy: { rollups: ages } });
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
