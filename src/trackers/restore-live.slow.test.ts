import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { placeEmptyStore } from '../../test/fixtures/empty-store.ts';
import { onlyWithMoreRounds } from '../../test/fixtures/rounds.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { segmentOf } from '../../test/fixtures/segments.ts';
import { Clients } from '../clickhouse/clients.ts';
import { MemoryLive } from '../live/memory.ts';
import { Rollups } from '../rollup/rollups.ts';
import { Store } from '../store/store.ts';
import { restoreLive } from './restore-live.ts';

/** The store keeps seconds only for recent hits, so the hits are current. */
const NOW = Date.now();
const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;
const SITES = ['a.com', 'b.com', 'a-site-with-a-long-name.example.org'];
/** Lengths that are read from each level of the ring, and from several. */
const WINDOWS = [1, 17, 59, 60, 3599, 3600, 3601, 7200, 86_399, 86_400, 86_401, 30 * 86_400, 400 * 86_400];

const OWN_WRITER = 77;
const ownBatch = (number: number) => (BigInt(number) << 22n) | BigInt(OWN_WRITER);

/** Half of a hash, uniformly distributed like those of visitors. */
const uint32 = fc.noBias(fc.integer({ min: 0, max: 0xffffffff }));
const ages = fc.oneof(
  fc.integer({ min: 0, max: HOUR + 200 * SECOND }),
  fc.integer({ min: 0, max: DAY + 2 * HOUR }),
  fc.integer({ min: 0, max: 402 * DAY }),
  // Of few months, as each is a part of its own.
  fc.integer({ min: 10 * 365 * DAY, max: 10 * 365 * DAY + 60 * DAY }),
  fc.constantFrom(0, 1, HOUR, DAY, 400 * DAY, NOW),
  // Clocks that were ahead.
  fc.integer({ min: -3 * DAY, max: -1 }),
);
const hits = fc.array(
  fc
    .record({
      site: fc.constantFrom(...SITES),
      time: ages.map((age) => NOW - age),
      visitorHigh: uint32,
      visitorLow: uint32,
      bot: fc.constantFrom('', '', '', '', 'Googlebot'),
    })
    // A visitor belongs to one site: the hash includes it.
    .map((hit) => ({
      ...hit,
      visitorHigh: ((hit.visitorHigh & 0xfffffff0) | SITES.indexOf(hit.site)) >>> 0,
    })),
  { minLength: 500, maxLength: 2000 },
);

function emptyLive(rate = true): MemoryLive {
  return new MemoryLive({ expectedVisitors: 1_000_000, rate, now: () => NOW });
}

/** Asserts that everything is the same: totals, windows, and cells. */
async function assertSame(rebuilt: MemoryLive, live: MemoryLive): Promise<void> {
  for (const site of [undefined, ...SITES, 'nobody.com']) {
    assert.deepEqual(await rebuilt.read(site, WINDOWS), await live.read(site, WINDOWS));
    const { windows } = await rebuilt.state(site);
    assert.deepEqual(windows!.seen.cells, live.stateOf(site).windows!.seen.cells);
  }
}

describe('restored live state', { timeout: scaledTimeout(120_000) }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'hit-tracker-'));
  const [first = [], second = [], later = []] = fc.sample(hits, { seed: 8, numRuns: 3 });
  const people = [...first, ...second].filter(({ bot }) => bot === '');
  const live = emptyLive();
  let store: Store;
  let rollups: Rollups;

  before(async () => {
    placeEmptyStore(join(folder, 'store'));
    store = await Store.open({ setting: 'embedded', folder: join(folder, 'store') });
    rollups = new Rollups(store);
    // Half of it is rolled up, half is not.
    for (const [batch, sample] of [first, second].entries()) {
      await store.deliver(segmentOf(folder, BigInt(batch + 1), sample));
      if (batch === 0) await rollups.rollUp();
    }
    for (const hit of people) live.track(hit);
  });

  after(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  /** Runs an arbitrary statement. */
  async function command(query: string): Promise<void> {
    const clients = Clients.embedded(join(folder, 'store'));
    await clients.writer.command({ query });
    await clients.close();
  }

  test('equals the original, to the last cell', async () => {
    const rebuilt = emptyLive();
    await restoreLive(rebuilt, store, NOW);
    await assertSame(rebuilt, live);
    assert.ok((await rebuilt.read(undefined, [60])).total.visitors > 1000);
  });

  test('equals the original, even after duplicate batches and merges of parts', {
    skip: onlyWithMoreRounds(),
  }, async () => {
    await store.deliver(segmentOf(folder, 1n, first));
    await rollups.rollUp();
    await store.deliver(segmentOf(folder, 1n, first));
    for (const table of ['last_seen', 'rollups']) await command(`OPTIMIZE TABLE ${table} FINAL`);
    await store.deliver(segmentOf(folder, 2n, second));
    const rebuilt = emptyLive();
    await restoreLive(rebuilt, store, NOW);
    await assertSame(rebuilt, live);
  });

  test('knows each visitor', async () => {
    const rebuilt = emptyLive();
    await restoreLive(rebuilt, store, NOW);
    for (const hit of people) assert.equal(rebuilt.track(hit).isNew, false);
  });

  test('has only totals if no windows are kept', async () => {
    const rebuilt = emptyLive(false);
    await restoreLive(rebuilt, store, NOW);
    assert.deepEqual((await rebuilt.read(undefined, [])).total, (await live.read(undefined, [])).total);
  });

  test('counts hits that arrive before a site is first read once, whether or not the store has them by then', async () => {
    const rebuilt = emptyLive();
    await restoreLive(rebuilt, store, NOW, OWN_WRITER);
    const counted = emptyLive();
    for (const hit of people) counted.track(hit);
    for (const [batch, sample] of [later.slice(0, 400), later.slice(400)].entries()) {
      for (const hit of sample) {
        if (hit.bot !== '') continue;
        for (const each of [rebuilt, counted, live]) each.track(hit);
      }
      if (batch === 0) await store.deliver(segmentOf(folder, ownBatch(1), sample));
    }
    await assertSame(rebuilt, counted);
    await rollups.rollUp();
    await store.deliver(segmentOf(folder, ownBatch(2), later.slice(400)));
    await assertSame(rebuilt, counted);
  });

  test('is the same after a purge, except for individual visitors', {
    skip: onlyWithMoreRounds(),
  }, async () => {
    await rollups.rollUp();
    // No cutoff is recorded here, so the hits of 25 hours must exist, whose minutes are kept: also just after midnight.
    const midnight = Math.floor((NOW - 25 * HOUR) / DAY) * DAY;
    // Manually, since a purge rewrites each of a hundred months.
    await command('CREATE TABLE recent AS hits');
    await command(
      `INSERT INTO recent SELECT * FROM hits WHERE time >= fromUnixTimestamp64Milli(${midnight})`,
    );
    await command('TRUNCATE TABLE hits');
    await command('INSERT INTO hits SELECT * FROM recent');
    await command('DROP TABLE recent');
    const rebuilt = emptyLive();
    await restoreLive(rebuilt, store, NOW);
    for (const site of [undefined, ...SITES]) {
      const [now, before] = [await rebuilt.read(site, WINDOWS), await live.read(site, WINDOWS)];
      assert.deepEqual(now.windows, before.windows);
      assert.equal(now.total.hits, before.total.hits);
      const { error } = before.windows[0]!;
      assert.ok(Math.abs(now.total.visitors / before.total.visitors - 1) < 3 * error);
      assert.deepEqual(
        (await rebuilt.state(site)).windows!.seen.cells,
        live.stateOf(site).windows!.seen.cells,
      );
    }
  });
});
