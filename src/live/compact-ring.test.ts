import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { rounds } from '../../test/fixtures/rounds.ts';
import { HitRing } from '../sketch/ring.ts';
import { CompactRing } from './compact-ring.ts';

const START = Date.UTC(2026, 10, 24, 12, 34, 56, 789);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WINDOWS = [1, 17, 59, 60, 3599, 3600, 3601, 7200, 86_399, 86_400, 86_401, 30 * 86_400, 400 * 86_400];

/** Current and earlier hits, as time advances in steps of seconds or of days. */
const hit = fc.record({
  step: fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 40 * DAY })),
  age: fc.oneof(
    fc.constant(0),
    fc.integer({ min: 0, max: HOUR }),
    fc.integer({ min: 0, max: DAY }),
    fc.integer({ min: 0, max: 500 * DAY }),
  ),
  hits: fc.integer({ min: 1, max: 1000 }),
});

describe('a small ring', () => {
  test('counts every window that ends now as a full one does, at all times', () => {
    fc.assert(
      fc.property(fc.array(hit, { maxLength: 300 }), (hits) => {
        const small = new CompactRing();
        const full = new HitRing();
        let now = START;
        for (const [index, { step, age, hits: count }] of hits.entries()) {
          now += step;
          assert.equal(small.add(now - age, count, now), true);
          full.add(now - age, count);
          if (index % 40 !== 0 && index !== hits.length - 1) continue;
          for (const ring of [small.full(), new CompactRing(small.memory.slice()).full()]) {
            for (const seconds of WINDOWS) assert.equal(ring.count(seconds, now), full.count(seconds, now));
          }
        }
      }),
      { seed: 9, numRuns: rounds(40, 12) },
    );
  });

  test('counts current hits in all windows after the clock was far ahead, as a full one does', () => {
    for (const ahead of [HOUR, 2 * DAY, 40 * DAY]) {
      const full = new HitRing();
      let small = new CompactRing();
      const add = (now: number, hits: number) => {
        assert.ok(small.add(now, hits, now));
        full.add(now, hits);
      };
      add(START + ahead, 5);
      small = new CompactRing(small.memory.slice());
      for (let i = 0; i < 7; i++) add(START + i * 1000, 1);
      for (const seconds of [60, 3600, 86_400, 30 * 86_400]) {
        assert.equal(small.full().count(seconds, START + 6000), 7, `${seconds} s after ${ahead} ms`);
        assert.equal(full.count(seconds, START + 6000), 7);
      }
    }
  });

  test('keeps current hits when counts from a clock that was ahead are added to them', () => {
    const ring = new CompactRing();
    for (let i = 0; i < 3; i++) ring.add(START, 1, START);
    for (let i = 0; i < 20; i++) ring.add(START + 2 * DAY + i * 1000, 1);
    assert.equal(ring.full().count(3600, START), 3);
  });

  test('of a site with a hit an hour takes at most 32 KiB after a month', () => {
    const ring = new CompactRing();
    for (let hour = 0; hour < 30 * 24; hour++) assert.ok(ring.add(START + hour * HOUR));
    assert.ok(ring.bytes <= 32 * 1024, `${ring.bytes}`);
    assert.equal(ring.full().count(31 * 86_400, START + 30 * DAY), 720);
  });

  test('holds only the hours of an old log', () => {
    const ring = new CompactRing();
    for (let i = 0; i < 10_000; i++) assert.ok(ring.add(START - 60 * DAY - i * 7000, 1, START));
    assert.ok(ring.bytes <= 1024, `${ring.bytes}`);
    assert.equal(ring.full().count(90 * 86_400, START), 10_000);
  });

  test('reports when it is full, without counting that hit', () => {
    const ring = new CompactRing();
    let hits = 0;
    while (ring.add(START + hits * 61_000)) hits++;
    assert.ok(ring.bytes < new HitRing().bytes);
    assert.equal(ring.full().count(400 * 86_400, START + hits * 61_000), hits);
  });

  test('ignores times outside 1970 to 2106, as a full one does', () => {
    const ring = new CompactRing();
    for (const time of [-1, 2 ** 32 * 1000, Number.NaN, Number.POSITIVE_INFINITY]) assert.ok(ring.add(time));
    assert.equal(ring.bytes, 64);
    assert.deepEqual(ring.full().levels, new HitRing().levels);
  });
});
