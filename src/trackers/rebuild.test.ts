import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { segmentOf } from '../../test/fixtures/segments.ts';
import { MemoryLive } from '../live/memory.ts';
import { Store } from '../store/store.ts';
import { rebuild } from './rebuild.ts';

const NOW = Date.UTC(2026, 10, 24, 12, 34, 56, 789);
const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;
const SITES = ['a.com', 'b.com', 'a-site-with-a-long-name.example.org'];
/** Lengths that are read from each level of the ring, and from several. */
const WINDOWS = [1, 17, 59, 60, 3599, 3600, 3601, 7200, 86_399, 86_400, 86_401, 30 * 86_400, 400 * 86_400];

/** Half of a hash: as evenly spread as those of visitors are. */
const uint32 = fc.noBias(fc.integer({ min: 0, max: 0xffffffff }));
const ages = fc.oneof(
  fc.integer({ min: 0, max: HOUR + 200 * SECOND }),
  fc.integer({ min: 0, max: DAY + 2 * HOUR }),
  fc.integer({ min: 0, max: 402 * DAY }),
  fc.integer({ min: 9 * 365 * DAY, max: 12 * 365 * DAY }),
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
    // A visitor of one site is none of another: the hash is of the site too.
    .map((hit) => ({
      ...hit,
      visitorHigh: ((hit.visitorHigh & 0xfffffff0) | SITES.indexOf(hit.site)) >>> 0,
    })),
  { minLength: 500, maxLength: 2000 },
);

function emptyLive(rate = true): MemoryLive {
  return new MemoryLive({ expectedVisitors: 1_000_000, rate, now: () => NOW });
}

function cellsOf(live: MemoryLive, site: string | undefined): Buffer {
  return Buffer.from(live.windowsOf(site)!.seen.cells.buffer);
}

describe('live state that is rebuilt', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hit-tracker-'));
  const live = emptyLive();
  let store: Store;

  before(async () => {
    store = await Store.open({ setting: 'embedded', folder: join(folder, 'store') });
    for (const [batch, sample] of fc.sample(hits, { seed: 8, numRuns: 2 }).entries()) {
      await store.deliver(segmentOf(folder, BigInt(batch), sample));
      for (const hit of sample) if (hit.bot === '') live.track(hit);
    }
  });

  after(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  test('is what it was, to the last cell', { timeout: 60_000 }, async () => {
    const rebuilt = emptyLive();
    await rebuild(rebuilt, store, NOW);
    for (const site of [undefined, ...SITES, 'nobody.com']) {
      assert.deepEqual(rebuilt.read(site, WINDOWS), live.read(site, WINDOWS));
      assert.ok(cellsOf(rebuilt, site).equals(cellsOf(live, site)));
    }
    assert.ok(rebuilt.read(undefined, [60]).total.visitors > 1000);
  });

  test('knows each visitor', { timeout: 60_000 }, async () => {
    const rebuilt = emptyLive();
    await rebuild(rebuilt, store, NOW);
    for (const hit of fc.sample(hits, { seed: 8, numRuns: 2 }).flat()) {
      if (hit.bot === '') assert.equal(rebuilt.track(hit).isNew, false);
    }
  });

  test('has totals alone, where no windows are kept', { timeout: 60_000 }, async () => {
    const rebuilt = emptyLive(false);
    await rebuild(rebuilt, store, NOW);
    assert.deepEqual(rebuilt.read(undefined, []).total, live.read(undefined, []).total);
  });
});
