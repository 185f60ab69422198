import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { file } from '../../test/fixtures/file-scope.ts';
import { rolledStore } from '../../test/fixtures/rolled-store.ts';
import { onlyWithMoreRounds, rounds } from '../../test/fixtures/rounds.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import type { Hit } from '../hit/hit.ts';
import { bucketing, statsFromHits, topFromHits } from '../query/from-hits.ts';
import { statsFromRollups, topFromRollups } from '../query/from-rollups.ts';
import { type BoundedSelection, QUARTER, type RolledPlan } from '../query/plan.ts';
import { type Interval, readSelection } from '../query/selection.ts';
import { sites } from '../query/sites.ts';
import { VISITORS_ERROR } from '../query/visitors.ts';
import type { Store } from '../store/store.ts';
import { DAY } from '../timing/units.ts';
import { Rollups } from './rollups.ts';

const options = { timeout: scaledTimeout(120_000) };
const open = await rolledStore(file);
const HOUR = 3_600_000;
const START = Date.UTC(2026, 2, 20);
/** With clock changes in the north and in the south. */
const DAYS = 30;

/** A pseudorandom 32-bit number. */
function mixed(number: number): number {
  let mixed = Math.imul(number ^ (number >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Hits of three sites and `visitors` visitors over thirty days, unordered, every seventh of a bot. */
function sampleOf(count: number, visitors: number, seed = 1): Partial<Hit>[] {
  return Array.from({ length: count }, (_, i) => {
    const draw = mixed(i * 3 + seed);
    const visitor = mixed(draw % visitors);
    return {
      site: `${visitor % 3}.example`,
      time: START + (mixed(draw) % (DAYS * 24 * 3600)) * 1000 + (draw % 1000),
      visitorLow: visitor,
      visitorHigh: mixed(visitor),
      path: `/${mixed(draw + 1) % 20}`,
      country: ['DE', 'FR', 'IN', ''][mixed(visitor + 2) % 4]!,
      bot: visitor % 7 === 0 ? ['Googlebot', 'Bingbot'][visitor % 2]! : '',
    };
  });
}

const batch = (time: number, run: number) => (BigInt(time) << 22n) | BigInt(run);

function periodOf(params: { from: string; to: string; site?: string; bots?: string }): BoundedSelection {
  return readSelection(params) as BoundedSelection;
}

/** A plan that uses rollups as far as possible. */
function planOf({ from, to }: BoundedSelection, unit: number): RolledPlan {
  return { from: 'rollups', first: Math.ceil(from / unit) * unit, end: Math.floor(to / unit) * unit };
}

const ALL = periodOf({ from: '2026-03-20', to: '2026-04-19' });

/** Hits of all days, from rollups if there are any. */
async function totals(store: Store, period = ALL): Promise<{ hits: number; visitors: number }> {
  const cut = bucketing('month', period, 'UTC');
  return (await statsFromRollups({ store }, period, planOf(period, QUARTER), cut)).totals;
}

function assertNear(counted: number, exact: number, said: string): void {
  // One error in 3 million exceeds five standard errors, and of a few visitors two may hash to one cell.
  const most = 5 * VISITORS_ERROR * exact + 1.5;
  assert.ok(Math.abs(counted - exact) <= most, `${said}: ${counted} visitors, not ${exact}`);
}

describe('rollups', () => {
  test('give the same hits for every interval in every zone as raw hits', options, async (t) => {
    const { store, rollups, deliver } = await open(t);
    await deliver(batch(1, 1), sampleOf(6000, 900, 1));
    await deliver(batch(2, 1), sampleOf(6000, 900, 2));
    await rollups.rollUp();
    // Of the same days, not rolled up.
    await deliver(batch(3, 1), sampleOf(3000, 900, 3));
    const time = fc.integer({ min: -HOUR, max: DAYS * DAY + HOUR }).map((since) => START + since);
    const zones = [
      'UTC',
      'Europe/Berlin',
      'Asia/Kolkata',
      'Asia/Kathmandu',
      'Pacific/Chatham',
      'Australia/Lord_Howe',
    ];
    await fc.assert(
      fc.asyncProperty(
        time,
        time,
        fc.constantFrom<Interval>('hour', 'day', 'week', 'month'),
        fc.constantFrom(...zones),
        fc.constantFrom('', '1.example'),
        async (a, b, interval, timezone, site) => {
          const period: BoundedSelection = { ...ALL, site, from: Math.min(a, b), to: Math.max(a, b) + 1 };
          const plan = planOf(period, QUARTER);
          if (plan.first >= plan.end) return;
          const cut = bucketing(interval, period, timezone);
          const exact = await statsFromHits({ store }, period, cut);
          const rolled = await statsFromRollups({ store }, period, plan, cut);
          assert.deepEqual(
            rolled.series.map(({ time, hits }) => [time, hits]),
            exact.series.map(({ time, hits }) => [time, hits]),
          );
          assert.equal(rolled.totals.hits, exact.totals.hits);
          assertNear(rolled.totals.visitors, exact.totals.visitors, `${interval} in ${timezone}`);
          for (const [i, point] of rolled.series.entries()) {
            assertNear(point.visitors, exact.series[i]!.visitors, `${interval} in ${timezone}`);
          }
        },
      ),
      { numRuns: rounds(60, 3, 30), seed: 4 },
    );
  });

  test('rank as raw hits do', options, async (t) => {
    const { store, rollups, deliver } = await open(t);
    await deliver(batch(1, 1), sampleOf(6000, 900, 1));
    await rollups.rollUp();
    await deliver(batch(2, 1), sampleOf(3000, 900, 2));
    for (const [by, bots] of [
      ['path', 'exclude'],
      ['country', 'exclude'],
      ['bot', 'only'],
    ] as const) {
      for (const site of ['', '2.example']) {
        const period: BoundedSelection = {
          ...ALL,
          site,
          bots,
          from: START + 5 * HOUR,
          to: START + 20 * DAY + 7 * HOUR + 1,
        };
        const exact = await topFromHits({ store }, period, by, 5);
        const rolled = await topFromRollups({ store }, period, planOf(period, DAY), by, 5);
        assert.deepEqual(
          rolled.map(({ value, hits }) => [value, hits]),
          exact.map(({ value, hits }) => [value, hits]),
        );
        assert.ok(exact.length > 1);
        for (const [i, { visitors }] of rolled.entries()) assertNear(visitors, exact[i]!.visitors, by);
      }
    }
  });

  test('contain each hit once, in whatever order writers deliver their batches', options, async (t) => {
    const { store, rollups, deliver } = await open(t);
    let hits = 0;
    // The second writer's clock is an hour behind: its batches are older than those already rolled up.
    for (const [i, [time, run]] of (
      [
        [5000, 1],
        [1000, 2],
        [6000, 1],
        [2000, 2],
        [2001, 2],
        [7000, 1],
      ] as const
    ).entries()) {
      await deliver(batch(time, run), sampleOf(100, 50, i));
      hits += 100;
      if (i % 2 === 0) await rollups.rollUp();
      assert.equal(
        (await totals(store, { ...ALL, bots: 'exclude' })).hits,
        await peopleIn(store),
        `after ${i}`,
      );
    }
    assert.equal(await rollups.rollUp(), 100);
    assert.equal(await rollups.rollUp(), 0);
    assert.deepEqual(
      await rollups.watermarks(),
      new Map([
        [1, batch(7000, 1)],
        [2, batch(2001, 2)],
      ]),
    );
    assert.ok(hits > (await peopleIn(store)));
  });

  test('are completed after a process died before or after it wrote a part', options, async (t) => {
    const { store, command, rollups, deliver } = await open(t);
    await deliver(batch(1, 1), sampleOf(2000, 100, 1));
    await rollups.rollUp();
    const whole = await totals(store);
    // Its part is lost: neither its rows nor its watermark exist.
    await command('TRUNCATE TABLE rollups');
    store.ledger.reset();
    const again = new Rollups(store);
    assert.equal((await totals(store)).hits, whole.hits);
    assert.equal(await again.rollUp(), 2000);
    assert.deepEqual(await totals(store), whole);
    assert.equal(await new Rollups(store).rollUp(), 0);
    await again.close();
  });

  test('take more batches than a statement could list', {
    ...options,
    skip: onlyWithMoreRounds(),
  }, async (t) => {
    const { store, command, rollups } = await open(t);
    const batches = 6000;
    await command(
      `INSERT INTO hits (site, time, visitor, path, batch)
        SELECT 'a.example', toDateTime64('2026-03-25 00:00:00', 3, 'UTC') + number, number, '/',
          bitShiftLeft(toUInt64(${START} + number), 22) + 7 + number % 3 FROM numbers(${batches})`,
    );
    await command(
      `INSERT INTO batches (id, kind, state, hits, first, last)
        SELECT batch, 'live', 'delivered', 1, time, time FROM hits`,
    );
    store.ledger.reset();
    assert.equal(await rollups.rollUp(), batches);
    assert.equal((await totals(store)).hits, batches);
    assert.equal(await rollups.rollUp(), 0);
  });

  test('contain a batch once, even if another process has rolled it up meanwhile', {
    ...options,
    skip: onlyWithMoreRounds(),
  }, async (t) => {
    const { store, rollups, deliver } = await open(t);
    await deliver(batch(1, 1), sampleOf(2000, 100, 1));
    const pending = await store.ledger.pending();
    await rollups.rollUp();
    t.mock.method(store.ledger, 'pending', async () => pending, { times: 1 });
    await using other = new Rollups(store);
    await other.rollUp();
    assert.equal((await totals(store)).hits, await peopleIn(store));
    await deliver(batch(2, 1), sampleOf(500, 100, 2));
    assert.equal(await other.rollUp(), 500);
    assert.equal((await totals(store)).hits, await peopleIn(store));
  });

  test('take the pending batches and no others, even if watermarks are lost', {
    ...options,
    skip: onlyWithMoreRounds(),
  }, async (t) => {
    const { store, rollups, command, rows, deliver } = await open(t);
    await deliver(batch(10, 1), sampleOf(1000, 100, 1));
    await deliver(batch(11, 1), sampleOf(1000, 100, 4));
    await rollups.rollUp();
    // A floor stands for them, and the watermarks of their part are gone.
    await store.ledger.compact(START);
    await command('TRUNCATE TABLE rollups');
    await deliver(batch(5, 2), sampleOf(200, 100, 2));
    await deliver(batch(20, 1), sampleOf(30, 100, 3));
    assert.equal(await rollups.rollUp(), 230);
    assert.deepEqual(await rows("SELECT toUInt32(sum(r.hits)) FROM rollups AS r WHERE by = 'hour'"), [
      [[...sampleOf(200, 100, 2), ...sampleOf(30, 100, 3)].filter(({ bot }) => bot === '').length],
    ]);
  });

  test('keep the counts of purged hits', options, async (t) => {
    const { store, command, rollups, deliver } = await open(t);
    await deliver(batch(1, 1), sampleOf(2000, 100, 1));
    await rollups.rollUp();
    const [whole, summaries] = [await totals(store), await sites({ store })];
    await command('TRUNCATE TABLE hits');
    assert.deepEqual(await totals(store), whole);
    const left = await sites({ store });
    assert.deepEqual(
      left.map(({ site, hits, first, last }) => [site, hits, first, last]),
      summaries.map(({ site, hits, first, last }) => [site, hits, first, last]),
    );
  });

  test('of a site have its first and last hit, including bots', options, async (t) => {
    const { store, rollups, deliver } = await open(t);
    const site = 'a.example';
    await deliver(batch(1, 1), [
      { site, time: START + 1, bot: 'Googlebot' },
      { site, time: START + 2 * DAY },
    ]);
    const before = await sites({ store });
    await rollups.rollUp();
    assert.deepEqual(await sites({ store }), before);
    await deliver(batch(2, 1), [{ site, time: START + 3 * DAY, bot: 'Googlebot' }]);
    const [summary] = await sites({ store });
    assert.deepEqual(summary, {
      ...{ site, hits: 1, visitors: 1 },
      ...{ first: '2026-03-20T00:00:00.001Z', last: '2026-03-23T00:00:00Z' },
    });
  });
});

async function peopleIn(store: Store): Promise<number> {
  const cut = bucketing('month', ALL, 'UTC');
  return (await statsFromHits({ store }, ALL, cut)).totals.hits;
}
