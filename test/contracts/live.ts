import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { CountedHit, Live, SiteRemoval } from '../../src/live/live.ts';

const SECOND = 1000;
const HOUR = 3_600_000;
/** The last millisecond of an hour, so that windows of whole seconds, minutes and hours do not split a bucket. */
const NOW = Date.UTC(2026, 10, 24, 12) - 1;

export interface LiveOptions {
  readonly now: () => number;
}

/** Well-spread halves of a visitor's hash, as SipHash gives them (Steele and Vigna's SplitMix, 32 bits). */
function mixed(seed: number): number {
  let z = (seed * 0x9e3779b9) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}

export function countedHit(site: string, visitor: number, time: number): CountedHit {
  return { site, time, visitorHigh: mixed(visitor * 2 + 1), visitorLow: mixed(visitor * 2 + 2) };
}

/**
 * The contract of every `Live`, whatever it keeps its counts in.
 *
 * @param open opens an empty one, sized for far more visitors than come here
 * @param options `totalError`: relative standard error of all-time visitors
 */
export function liveContract(
  name: string,
  open: (options: LiveOptions) => (Live & SiteRemoval) | Promise<Live & SiteRemoval>,
  { totalError = 0 } = {},
): void {
  describe(`live state in ${name}`, () => {
    test('is empty at first, for all sites and for any site', async () => {
      const live = await open({ now: () => NOW });
      for (const site of [undefined, 'a.com']) {
        const { total, windows } = await live.read(site, [1, 60]);
        assert.deepEqual(total, { hits: 0, visitors: 0 });
        assert.deepEqual(
          windows.map(({ seconds, hits, visitors, hitsPerSecond }) => [
            seconds,
            hits,
            visitors,
            hitsPerSecond,
          ]),
          [
            [1, 0, 0, 0],
            [60, 0, 0, 0],
          ],
        );
      }
    });

    test('a removed site is empty, its hits leave those of all sites, and its visitors are new again', async () => {
      const live = await open({ now: () => NOW });
      // The hash of a visitor includes the site.
      const track = async (site: string, visitor: number, time: number) => {
        const { isNew, unique, total } = await live.track(
          countedHit(site, site === 'a.com' ? visitor : visitor + 100, time),
        );
        return [isNew, unique, total];
      };
      for (const ago of [0, 70 * SECOND, 3 * HOUR, 50 * HOUR])
        for (const site of ['a.com', 'b.com'])
          for (const visitor of [1, 2, 3]) await track(site, visitor, NOW - ago);
      const lengths = [60, 3600, 86_400, 400 * 86_400];
      await live.removeSite('a.com');
      await live.removeSite('never.com');
      const removed = await live.read('a.com', lengths);
      assert.deepEqual(removed.total, { hits: 0, visitors: 0 });
      for (const { hits, visitors } of removed.windows) assert.deepEqual([hits, visitors], [0, 0]);
      for (const site of ['b.com', undefined]) {
        const { total, windows } = await live.read(site, lengths);
        assert.equal(total.hits, 12);
        assert.deepEqual(
          windows.map(({ hits }) => hits),
          [3, 6, 9, 12],
        );
      }
      assert.deepEqual(
        (await live.read('b.com', lengths)).windows.map(({ visitors }) => visitors),
        [3, 3, 3, 3],
      );
      assert.deepEqual(await track('a.com', 1, NOW), [true, 1, 1]);
      assert.deepEqual(await track('a.com', 1, NOW), [false, 1, 2]);
      assert.deepEqual(await track('b.com', 1, NOW), [false, 3, 13]);
      await live.removeSite('a.com');
      assert.deepEqual(await track('a.com', 1, NOW), [true, 1, 1]);
    });

    test('reports for each hit whether its visitor is new, and the site’s counts', async () => {
      const live = await open({ now: () => NOW });
      assert.deepEqual(await live.track(countedHit('a.com', 1, NOW)), { isNew: true, unique: 1, total: 1 });
      assert.deepEqual(await live.track(countedHit('a.com', 1, NOW)), { isNew: false, unique: 1, total: 2 });
      assert.deepEqual(await live.track(countedHit('a.com', 2, NOW)), { isNew: true, unique: 2, total: 3 });
      assert.deepEqual(await live.track(countedHit('b.com', 3, NOW)), { isNew: true, unique: 1, total: 1 });
    });

    test('counts a hit in totals and windows before it answers', async () => {
      const live = await open({ now: () => NOW });
      await live.track(countedHit('a.com', 1, NOW));
      for (const site of [undefined, 'a.com']) {
        const { total, windows } = await live.read(site, [60]);
        assert.deepEqual(total, { hits: 1, visitors: 1 });
        assert.deepEqual([windows[0]!.hits, windows[0]!.visitors], [1, 1]);
      }
    });

    test('counts a few visitors exactly, and all sites are the sum of each', async () => {
      // The hash of a visitor includes the site, so no visitor has two sites.
      const sites = ['a.com', 'b.com', 'c.com'];
      const hit = fc.record({ site: fc.nat(2), visitor: fc.nat(3), age: fc.nat(59 * SECOND) });
      await fc.assert(
        fc.asyncProperty(fc.array(hit, { maxLength: 40 }), async (hits) => {
          const live = await open({ now: () => NOW });
          for (const { site, visitor, age } of hits) {
            await live.track(countedHit(sites[site]!, site * 10 + visitor, NOW - age));
          }
          const counts = await Promise.all(sites.map((site) => live.read(site, [60])));
          for (const [site, { total, windows }] of counts.entries()) {
            const own = hits.filter((each) => each.site === site);
            const expected = { hits: own.length, visitors: new Set(own.map(({ visitor }) => visitor)).size };
            assert.deepEqual(total, expected);
            assert.deepEqual({ hits: windows[0]!.hits, visitors: windows[0]!.visitors }, expected);
          }
          const all = await live.read(undefined, [60]);
          const sum = (pick: (count: (typeof counts)[number]) => number) =>
            counts.map(pick).reduce((left, right) => left + right, 0);
          assert.equal(
            all.total.hits,
            sum(({ total }) => total.hits),
          );
          assert.equal(
            all.total.visitors,
            sum(({ total }) => total.visitors),
          );
          assert.equal(
            all.windows[0]!.hits,
            sum(({ windows }) => windows[0]!.hits),
          );
          assert.equal(
            all.windows[0]!.visitors,
            sum(({ windows }) => windows[0]!.visitors),
          );
        }),
        { seed: 17, numRuns: 20 },
      );
    });

    test('answers for any windows at once, in the requested order', async () => {
      const live = await open({ now: () => NOW });
      const ages = [0, 10, 16, 100, 250, 3000, 80_000];
      for (const [visitor, age] of ages.entries())
        await live.track(countedHit('a.com', visitor, NOW - age * SECOND));
      const { windows } = await live.read('a.com', [86_400, 17, 60, 300, 3600]);
      assert.deepEqual(
        windows.map(({ seconds, hits, visitors }) => [seconds, hits, visitors]),
        [
          [86_400, 7, 7],
          [17, 3, 3],
          [60, 3, 3],
          [300, 5, 5],
          [3600, 6, 6],
        ],
      );
      for (const { seconds, hits, hitsPerSecond } of windows) assert.equal(hitsPerSecond, hits / seconds);
    });

    test('drops expired hits from windows, and never from totals', async () => {
      let now = NOW;
      const live = await open({ now: () => now });
      await live.track(countedHit('a.com', 1, NOW));
      now += 61 * SECOND;
      const { total, windows } = await live.read('a.com', [60, 300]);
      assert.deepEqual(total, { hits: 1, visitors: 1 });
      assert.deepEqual(
        windows.map(({ hits, visitors }) => [hits, visitors]),
        [
          [0, 0],
          [1, 1],
        ],
      );
    });

    test('accepts hits in any order of time, and treats future ones as current', async () => {
      let now = NOW;
      const live = await open({ now: () => now });
      for (const offset of [0, -HOUR, 10 * HOUR, -30 * SECOND, 1]) {
        await live.track(countedHit('a.com', offset, NOW + offset));
      }
      assert.equal((await live.read('a.com', [1])).windows[0]!.hits, 3);
      assert.equal((await live.read('a.com', [60])).windows[0]!.hits, 4);
      now += 11 * HOUR;
      assert.equal(
        (await live.read('a.com', [3600])).windows[0]!.hits,
        0,
        'nobody is there because a clock was ahead',
      );
      assert.equal((await live.read('a.com', [3600])).windows[0]!.visitors, 0);
    });

    test('counts a hit that is tracked twice as two', async () => {
      const live = await open({ now: () => NOW });
      const hit = countedHit('a.com', 1, NOW);
      await live.track(hit);
      await live.track(hit);
      assert.deepEqual((await live.read('a.com', [])).total, { hits: 2, visitors: 1 });
    });

    test('estimates many visitors within its stated error', async () => {
      const live = await open({ now: () => NOW });
      const visitors = 20_000;
      const many = Array.from({ length: visitors }, (_, visitor) => countedHit('a.com', visitor, NOW));
      await Promise.all(many.map((hit) => live.track(hit)));
      const { total, windows } = await live.read('a.com', [60]);
      assert.equal(total.hits, visitors);
      assert.ok(Math.abs(total.visitors / visitors - 1) <= 3 * totalError, `${total.visitors} of all time`);
      const { visitors: estimate, error, hits } = windows[0]!;
      assert.equal(hits, visitors);
      assert.ok(error > 0 && error < 0.05);
      assert.ok(Math.abs(estimate / visitors - 1) < 3 * error, `${estimate} of ${visitors}`);
    });
  });
}
