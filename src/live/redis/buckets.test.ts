import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { HIT_LEVELS, hitShares, secondsLeft, VISITOR_LEVELS, visitorBuckets } from './buckets.ts';

const DAY = 86_400;
const NOW = Date.UTC(2026, 10, 24, 12, 34, 56, 789);
const seconds = fc.oneof(fc.integer({ min: 1, max: 4000 }), fc.integer({ min: 1, max: 400 * DAY }));
const now = fc.integer({ min: NOW - 40 * DAY * 1000, max: NOW });

describe('buckets of a window', () => {
  test('of visitors are contiguous, from its rounded start to now', () => {
    fc.assert(
      fc.property(seconds, now, (window, at) => {
        const buckets = visitorBuckets(window, at);
        let end: number | undefined;
        for (const { level, number } of buckets) {
          assert.equal(number * level.bucketMs, end ?? number * level.bucketMs);
          end = (number + 1) * level.bucketMs;
        }
        assert.ok(end! > at, 'now is in the last one');
        const [first] = buckets;
        const start = first!.number * first!.level.bucketMs;
        const edge = VISITOR_LEVELS.find(({ keptMs }) => window * 1000 <= keptMs)!.bucketMs;
        assert.ok(
          Math.abs(start - (at + 1 - window * 1000)) <= Math.max(edge / 2, at + 1 - start),
          `${start}`,
        );
        assert.ok(start <= at);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  test('are few', () => {
    fc.assert(
      fc.property(seconds, now, (window, at) => {
        assert.ok(visitorBuckets(window, at).length <= 401);
      }),
      { seed: 2, numRuns: 500 },
    );
  });

  test('are all kept as long as a window needs them', () => {
    fc.assert(
      fc.property(seconds, now, (window, at) => {
        for (const bucket of visitorBuckets(window, at)) assert.ok(secondsLeft(bucket, at) > 0);
        for (const share of hitShares(window, at)) assert.ok(secondsLeft(share, at) > 0);
      }),
      { seed: 3, numRuns: 500 },
    );
  });

  test('of hits cover it to the millisecond', () => {
    fc.assert(
      fc.property(seconds, now, (window, at) => {
        const shares = hitShares(window, at);
        const { bucketMs } = shares[0]!.level;
        const covered = shares.reduce((sum, { share }) => sum + share, 0) * bucketMs;
        const running = bucketMs - 1 - (at % bucketMs);
        assert.ok(Math.abs(covered - running - window * 1000) < 1, `${covered} ms of ${window} s`);
        assert.ok(HIT_LEVELS.some(({ name }) => name === shares[0]!.level.name));
      }),
      { seed: 4, numRuns: 500 },
    );
  });
});
