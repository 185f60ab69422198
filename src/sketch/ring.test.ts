import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { rounds } from '../../test/fixtures/rounds.ts';
import { HitError } from '../errors.ts';
import { HitRing } from './ring.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const fixed = { seed: 20250101, numRuns: rounds(200, 50) };

/** 1 March 2025, 13:37:42.123. */
const NOW = Date.UTC(2025, 2, 1, 13, 37, 42, 123);

/** The last millisecond of the bucket of `NOW`: a window of whole buckets that ends there does not split any. */
const endOf = (bucketMs: number) => Math.ceil(NOW / bucketMs) * bucketMs - 1;

function ringOf(times: readonly number[]): HitRing {
  const ring = new HitRing();
  for (const time of times) ring.add(time);
  return ring;
}

/** The answer of a list of all hits. */
function recount(times: readonly number[], seconds: number, now: number): number {
  return times.filter((time) => time > now - seconds * SECOND && time <= now).length;
}

/** Hits up to `reach` before `now`, in any order, many of them close to it. */
function hitsBefore(now: number, reach: number): fc.Arbitrary<number[]> {
  const age = fc.oneof(fc.nat(2 * SECOND), fc.nat(2 * MINUTE), fc.nat(reach));
  return fc.array(
    age.map((ms) => now - ms),
    { maxLength: 300 },
  );
}

describe('a window of the ring', () => {
  for (const { level, bucketMs, longest } of [
    { level: 'seconds', bucketMs: SECOND, longest: HOUR },
    { level: 'minutes', bucketMs: MINUTE, longest: DAY },
    { level: 'hours', bucketMs: HOUR, longest: 400 * DAY },
  ]) {
    const now = endOf(bucketMs);

    test(`of whole ${level} equals an exact recount, in whatever order hits arrived`, () => {
      const buckets = fc.integer({ min: 1, max: longest / bucketMs });
      fc.assert(
        fc.property(hitsBefore(now, 2 * longest), buckets, (times, n) => {
          const seconds = (n * bucketMs) / SECOND;
          assert.equal(ringOf(times).count(seconds, now), recount(times, seconds, now));
        }),
        fixed,
      );
    });

    test(`by ${level} that starts within a bucket is off by at most the hits of that bucket`, () => {
      const shortest = level === 'seconds' ? SECOND : level === 'minutes' ? HOUR + SECOND : DAY + SECOND;
      const window = fc.integer({ min: shortest / SECOND, max: longest / SECOND });
      fc.assert(
        fc.property(hitsBefore(NOW, 2 * longest), window, (times, seconds) => {
          const start = NOW - seconds * SECOND;
          const bucket = Math.floor(start / bucketMs);
          const cut = times.filter((time) => Math.floor(time / bucketMs) === bucket).length;
          const error = Math.abs(ringOf(times).count(seconds, NOW) - recount(times, seconds, NOW));
          assert.ok(error <= cut, `${error} off, ${cut} in the bucket that is cut`);
        }),
        fixed,
      );
    });
  }

  test('counts the covered share of the bucket in which it starts', () => {
    const ring = new HitRing();
    const second = Date.UTC(2025, 2, 1);
    ring.add(second, 1000);
    ring.add(second + 5 * SECOND, 7);
    assert.equal(ring.count(5, second + 5 * SECOND + 249), 7 + 750);
    assert.equal(ring.count(5, second + 5 * SECOND + 999), 7);
  });

  test('of one hour, one day and 400 days is covered from its exact start', () => {
    for (const [window, bucketMs] of [
      [HOUR, SECOND],
      [DAY, MINUTE],
      [400 * DAY, HOUR],
    ] as const) {
      // The current second is not over, so the window touches one more bucket than its length.
      const ring = ringOf([NOW]);
      ring.add(Math.floor((NOW - window) / bucketMs) * bucketMs, 1000);
      const covered = 1 - ((NOW + 1 - window) % bucketMs) / bucketMs;
      assert.equal(ring.count(window / SECOND, NOW), Math.round(1 + 1000 * covered));
    }
  });

  test('longer than 400 days returns what the ring holds', () => {
    const ring = ringOf([NOW - 500 * DAY, NOW - 399 * DAY, NOW]);
    assert.equal(ring.count((1000 * DAY) / SECOND, NOW), 2);
    assert.equal(ring.count(Number.POSITIVE_INFINITY, NOW), 2);
  });

  test('shorter than a second is refused', () => {
    for (const seconds of [0, -5, 0.5, Number.NaN]) {
      assert.throws(
        () => new HitRing().count(seconds, NOW),
        (error) => error instanceof HitError && error.code === 'invalid',
      );
    }
  });

  test('may be of 17 seconds', () => {
    const ring = ringOf([NOW - 18 * SECOND, NOW - 16 * SECOND, NOW]);
    assert.equal(ring.count(17, NOW), 2);
  });
});

describe('the ring', () => {
  test('adds up simultaneous hits', () => {
    const ring = new HitRing();
    ring.add(NOW, 40);
    ring.add(NOW, 2);
    for (const seconds of [1, 60, 86_400, 30 * 86_400]) assert.equal(ring.count(seconds, NOW), 42);
  });

  test('does not count a hit of the future before its time', () => {
    const ahead = [1 * SECOND, 10 * SECOND, 5 * MINUTE, 3 * HOUR];
    const ring = ringOf([NOW, ...ahead.map((ms) => NOW + ms)]);
    for (const seconds of [1, 60, 1800, 86_400, 30 * 86_400]) assert.equal(ring.count(seconds, NOW), 1);
    assert.equal(ring.count(86_400, NOW + 3 * HOUR), 5);
  });

  test('forgets a second exactly when its slot is reused, one lap later', () => {
    const lap = 3601 * SECOND;
    const ring = ringOf([NOW]);
    assert.equal(ring.count(3600, NOW + lap), 0, 'the old lap is not counted as the new one');
    ring.add(NOW + lap);
    assert.equal(ring.count(1, NOW + lap), 1, 'the new lap does not add to the old one');
    assert.equal(ring.count(2 * 3600, NOW + lap), 2, 'the minutes still know both');
  });

  test('does not let a late hit of an earlier lap overwrite a newer second', () => {
    const ring = new HitRing();
    ring.add(NOW, 5);
    ring.add(NOW - 3601 * SECOND, 100);
    assert.equal(ring.count(60, NOW), 5);
    assert.equal(ring.count(7200, NOW), 105);
  });

  test('continues counting when the clock goes back', () => {
    const ring = new HitRing();
    for (let i = 0; i < 30; i++) ring.add(NOW + i * SECOND);
    for (let i = 0; i < 30; i++) ring.add(NOW + i * SECOND - 10 * SECOND);
    assert.equal(ring.count(60, NOW + 19 * SECOND), 50, 'ten hits lie ahead of the clock');
    assert.equal(ring.count(60, NOW + 29 * SECOND), 60);
  });

  test('ignores invalid times, and those before 1970 and after 2106', () => {
    const ring = ringOf([
      Number.NaN,
      -1,
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
      2 ** 32 * SECOND,
    ]);
    ring.add(0);
    assert.equal(ring.count(60, 500), 1);
    assert.equal(ring.count(60, NOW), 0);
  });

  test('is rebuilt from counts by second, minute and hour, each row added once', () => {
    const fromMinutes = Math.floor((NOW - DAY) / HOUR) * HOUR;
    const fromSeconds = Math.floor((NOW - HOUR) / MINUTE) * MINUTE;
    const rowOf = (time: number) => {
      const bucketMs = time < fromMinutes ? HOUR : time < fromSeconds ? MINUTE : SECOND;
      return Math.floor(time / bucketMs) * bucketMs;
    };
    const anyWindow = fc.integer({ min: 1, max: 400 * 86_400 });
    fc.assert(
      fc.property(hitsBefore(NOW, 3 * DAY), anyWindow, fc.nat(DAY), (times, seconds, later) => {
        const rebuilt = ringOf(times.map(rowOf));
        assert.equal(rebuilt.count(seconds, NOW + later), ringOf(times).count(seconds, NOW + later));
      }),
      fixed,
    );
  });

  test('merged with another equals a ring that counted both, slot by slot', () => {
    const anyWindow = fc.integer({ min: 1, max: 400 * 86_400 });
    const hits = hitsBefore(NOW, 3 * DAY);
    fc.assert(
      fc.property(hits, hits, anyWindow, (ours, theirs, seconds) => {
        const merged = ringOf(ours);
        merged.merge(ringOf(theirs));
        const one = ringOf([...ours, ...theirs]);
        assert.equal(merged.count(seconds, NOW), one.count(seconds, NOW));
        assert.deepEqual(merged.levels, one.levels);
      }),
      fixed,
    );
  });

  test('merged with one of an earlier or a later lap keeps the later', () => {
    const [early, late] = [ringOf([NOW]), ringOf([NOW + 3601 * SECOND])];
    early.merge(late);
    late.merge(ringOf([NOW]));
    for (const ring of [early, late]) {
      assert.equal(ring.count(60, NOW + 3601 * SECOND), 1);
      assert.equal(ring.count(86_400, NOW + 3601 * SECOND), 2);
    }
  });

  test('takes constant memory', () => {
    const ring = new HitRing();
    const { bytes } = ring;
    for (let i = 0; i < 10_000; i++) ring.add(NOW + i * HOUR);
    assert.equal(ring.bytes, bytes);
    assert.equal(bytes, 12 * (3601 + 1441 + 9601));
  });
});
