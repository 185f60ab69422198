import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { countedHit } from '../../test/contracts/live.ts';
import { SiteWindows } from './site-windows.ts';
import { Windows } from './windows.ts';

const NOW = Date.UTC(2026, 10, 24, 12, 34, 56, 789);
const DAY = 86_400_000;
const LENGTHS = [1, 17, 60, 3600, 86_400, 30 * 86_400, 400 * 86_400];

interface Traffic {
  readonly visitors: number;
  readonly hits: number;
  /** Age of the oldest hit, in milliseconds. */
  readonly spread: number;
}

/** The same hits in the windows of a site among many, and in those of a single one. */
function both({ visitors, hits, spread }: Traffic): { one: SiteWindows; single: Windows } {
  const one = new SiteWindows();
  const single = new Windows();
  for (let hit = 0; hit < hits; hit++) {
    const { visitorHigh, visitorLow } = countedHit('a.com', (hit * 7919) % visitors, NOW);
    const time = NOW - Math.floor(((hit * 7907) % hits) * (spread / hits));
    one.add(visitorHigh, visitorLow, time, NOW);
    single.add(visitorHigh, visitorLow, time, NOW);
  }
  return { one, single };
}

function assertSame(one: SiteWindows, single: Windows): void {
  const full = one.full();
  assert.deepEqual(full.seen.cells, single.seen.cells);
  for (const seconds of LENGTHS) assert.deepEqual(full.read(seconds, NOW), single.read(seconds, NOW));
}

describe('windows of a site among many', () => {
  for (const traffic of [
    { visitors: 1, hits: 1, spread: 1 },
    { visitors: 300, hits: 2000, spread: 3_600_000 },
    { visitors: 300, hits: 20_000, spread: 390 * DAY },
    { visitors: 40_000, hits: 40_000, spread: 5000 },
    { visitors: 40_000, hits: 40_000, spread: 390 * DAY },
  ]) {
    const { visitors, hits, spread } = traffic;
    test(`answer exactly as those of a single site: ${hits} hits of ${visitors} in ${spread} ms`, () => {
      const { one, single } = both(traffic);
      assertSame(one, single);
      const again = SiteWindows.unpacked(one.packed());
      assert.equal(again.bytes, one.bytes);
      assertSame(again, single);
      for (const windows of [one, again, single]) windows.add(7, 7, NOW, NOW);
      assertSame(again, single);
      assertSame(one, single);
    });
  }

  test('take memory by visitors, and never more than those of a single site', () => {
    const bytes = (visitors: number, spread: number) => both({ visitors, hits: visitors, spread }).one.bytes;
    assert.ok(bytes(1, 1) < 2200);
    assert.ok(bytes(100, 3_600_000) < 16_000);
    const { ring, seen } = new Windows();
    assert.ok(bytes(40_000, 390 * DAY) <= ring.bytes + seen.bytes + 2048);
  });

  test('add the store’s counts like hits of their own', () => {
    const { one, single } = both({ visitors: 30, hits: 50, spread: DAY });
    for (const windows of [one, single]) {
      windows.addHits(NOW - 5000, 17);
      windows.setCell(3, 5, NOW - 5000);
    }
    assertSame(one, single);
  });

  test('accept times of a clock that is ahead', () => {
    const [one, single] = [new SiteWindows(), new Windows()];
    for (const windows of [one, single]) windows.add(1, 1, NOW + DAY, NOW);
    assertSame(one, single);
    assert.equal(one.full().read(1, NOW).hits, 1);
  });
});
