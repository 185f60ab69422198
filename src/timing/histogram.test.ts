import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assert as check, double, property } from 'fast-check';
import { cellsOf, Histogram } from './histogram.ts';

const BOUNDS = [0.001, 0.01, 0.1, 1];

describe('a histogram', () => {
  it('counts each duration in the bucket that plain comparison finds, for any durations', () => {
    const SECONDS = double({ min: 0, max: 3, noNaN: true });
    check(
      property(SECONDS, SECONDS, SECONDS, (...durations) => {
        const histogram = new Histogram(BOUNDS);
        for (const seconds of [...durations, ...BOUNDS]) histogram.observe(seconds);
        const expected = [...BOUNDS, Number.POSITIVE_INFINITY].map((bound, at, all) => {
          const before = at === 0 ? Number.NEGATIVE_INFINITY : all[at - 1]!;
          return [...durations, ...BOUNDS].filter((seconds) => seconds > before && seconds <= bound).length;
        });
        assert.deepEqual(histogram.buckets, expected);
        assert.equal(histogram.count, durations.length + BOUNDS.length);
      }),
      { seed: 17 },
    );
  });

  it('adds up the durations, and a negative one as 0', () => {
    const histogram = new Histogram(BOUNDS);
    for (const seconds of [0.5, 0.25, -3, 8]) histogram.observe(seconds);
    assert.equal(histogram.sum, 8.75);
    assert.deepEqual(histogram.buckets, [1, 0, 0, 2, 1]);
  });

  it('takes the observations of another one, and of another thread through shared memory', () => {
    const memory = new SharedArrayBuffer(cellsOf(BOUNDS) * Float64Array.BYTES_PER_ELEMENT);
    const observed = new Histogram(BOUNDS, new Float64Array(memory));
    const read = new Histogram(BOUNDS, new Float64Array(memory));
    observed.observe(0.05);
    assert.deepEqual(read.buckets, [0, 0, 1, 0, 0]);
    const total = new Histogram(BOUNDS);
    total.observe(2);
    total.add(read);
    assert.deepEqual([total.buckets, total.sum], [[0, 0, 1, 0, 1], 2.05]);
  });

  it('refuses bounds that do not ascend, and memory of another size', () => {
    assert.throws(() => new Histogram([1, 1]), /must ascend/);
    assert.throws(() => new Histogram(BOUNDS, new Float64Array(4)), /need 6 cells, not 4/);
    assert.throws(() => new Histogram(BOUNDS).add(new Histogram([1])), /other bounds/);
  });
});
