import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  counts,
  type DrawnRequest,
  drawnRequests,
  OWN_ADDRESSES,
} from '../../test/fixtures/drawn-request.ts';
import { openTracker } from '../../test/fixtures/embedded-store.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import type { CountingOptions } from '../hit/counting-rule.ts';
import { RateTracker } from './rate.ts';
import { SimpleTracker } from './simple.ts';

const KEY = new Uint8Array(16).fill(7);

const OPTIONS: Readonly<Record<string, CountingOptions>> = {
  'no options': {},
  'all options': {
    ...{ assets: true, head: true, options: true, prefetch: true, undelivered: true, bots: true },
    excludeAddresses: OWN_ADDRESSES,
  },
  'bots and HEAD': { bots: true, head: true },
  'assets, prefetches and own addresses': {
    assets: true,
    prefetch: true,
    excludeAddresses: OWN_ADDRESSES,
  },
};

/** Hits and visitors, counted one by one. */
function plainCount(requests: readonly DrawnRequest[], options: CountingOptions) {
  const visitors = new Set<string>();
  let hits = 0;
  for (const request of requests) {
    if (!counts(request, options)) continue;
    hits++;
    visitors.add(request.visitor);
  }
  return { hits, visitors: visitors.size };
}

describe('the simple, rate and database trackers', { timeout: scaledTimeout(60_000) }, () => {
  for (const [name, count] of Object.entries(OPTIONS))
    test(`with ${name} count the same hits and visitors of the same requests`, async (t) => {
      await using db = await openTracker(t, { dataDir: temporaryFolder(t), count });
      const draws = fc.sample(drawnRequests, { numRuns: rounds(300, 15, 40), seed: 22 });
      const rounded = draws.map((requestsOf, round) => {
        const site = `site-${round}.test`;
        return { site, requests: requestsOf(site) };
      });
      let uncounted = 0;
      for (const { requests } of rounded) {
        const simple = new SimpleTracker({ key: KEY, count, expectedVisitors: 10_000 });
        const rate = new RateTracker({ key: KEY, count });
        for (const { input } of requests) {
          simple.track(input);
          rate.track(input);
        }
        await Promise.all(requests.map(({ input }) => db.track(input)));
        const expected = plainCount(requests, count);
        const { hits, visitors } = rate.rate({ seconds: 3600 });
        assert.deepEqual({ hits: simple.total, visitors: simple.unique }, expected);
        assert.deepEqual({ hits, visitors }, expected);
        const left = requests.length - expected.hits;
        for (const tracker of [simple, rate]) assert.equal(sum(tracker.uncounted), left);
        uncounted += left;
      }
      assert.equal(sum(db.uncounted), uncounted);
      assert.notEqual(uncounted, 0);
      const stored = new Map((await db.sites()).map(({ site, ...counts }) => [site, counts]));
      for (const { site, requests } of rounded) {
        const { hits, visitors } = stored.get(site) ?? { hits: 0, visitors: 0 };
        assert.deepEqual({ hits, visitors }, plainCount(requests, count), site);
      }
    });
});

function sum(counted: Readonly<Record<string, number>>): number {
  return Object.values(counted).reduce((total, number) => total + number, 0);
}
