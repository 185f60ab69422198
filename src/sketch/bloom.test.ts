import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { randomHalves } from '../../test/fixtures/random.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import { HitError } from '../errors.ts';
import { BloomFilter } from './bloom.ts';
import { bitsPerVisitorAt, falseSeenRateAt } from './bloom-size.ts';

const half = fc.nat(0xffffffff);
const visitors = fc.array(fc.tuple(half, half), { maxLength: 200 });
const fixed = { seed: 20250101, numRuns: rounds(200, 50) };

function addRandom(filter: BloomFilter, count: number, next: () => number): void {
  for (let i = 0; i < count; i++) filter.testAndAdd(next(), next());
}

function filterOf(seen: readonly (readonly [number, number])[], expected: number): BloomFilter {
  const filter = BloomFilter.for(expected);
  for (const [high, low] of seen) filter.testAndAdd(high, low);
  return filter;
}

const isInvalid = (error: unknown) => error instanceof HitError && error.code === 'invalid';

describe('a Bloom filter', () => {
  test('is empty at first, and reports each visitor as new once', () => {
    const filter = BloomFilter.for(1000);
    assert.equal(filter.fill, 0);
    assert.equal(filter.estimateCount(), 0);
    assert.equal(filter.expectedFalseSeenRate(), 0);
    assert.equal(filter.has(1, 2), false);
    assert.equal(filter.testAndAdd(1, 2), false);
    assert.equal(filter.testAndAdd(1, 2), true);
    assert.equal(filter.has(1, 2), true);
  });

  test('never forgets a visitor, however overfull it is', () => {
    fc.assert(
      fc.property(visitors, fc.integer({ min: 1, max: 300 }), (seen, expected) => {
        const filter = filterOf(seen, expected);
        for (const [high, low] of seen) assert.ok(filter.has(high, low) && filter.testAndAdd(high, low));
      }),
      fixed,
    );
  });

  test('testAndAdd and has agree, and has adds nothing', () => {
    fc.assert(
      fc.property(visitors, half, half, (seen, high, low) => {
        const filter = filterOf(seen, 50);
        const before = filter.words.slice();
        const had = filter.has(high, low);
        assert.deepEqual(filter.words, before);
        assert.equal(filter.testAndAdd(high, low), had);
      }),
      fixed,
    );
  });

  test('sets one bit in each word of the block that an exact multiplication selects', () => {
    for (const blocks of [1, 3, 1000, 2 ** 21 + 12_345]) {
      const next = randomHalves(blocks);
      for (const high of [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, next(), next(), next()]) {
        const filter = new BloomFilter(new Uint32Array(blocks * 8));
        filter.testAndAdd(high, next());
        const start = Number((BigInt(high) * BigInt(blocks)) >> 32n) * 8;
        for (const word of filter.words.subarray(start, start + 8)) {
          assert.ok(word !== 0 && (word & (word - 1)) === 0, `block of ${high} among ${blocks}`);
        }
      }
    }
  });

  test('merged with another is the filter of both their visitors', () => {
    fc.assert(
      fc.property(visitors, visitors, (ours, theirs) => {
        const merged = filterOf(ours, 100);
        merged.merge(filterOf(theirs, 100));
        assert.deepEqual(merged.words, filterOf([...theirs, ...ours], 100).words);
      }),
      fixed,
    );
  });

  test('refuses to merge with one of another size', () => {
    assert.throws(() => BloomFilter.for(1000).merge(BloomFilter.for(2000)), isInvalid);
  });

  test('continues from the words of another filter', () => {
    const filter = filterOf([[5, 6]], 100);
    assert.equal(new BloomFilter(filter.words.slice()).has(5, 6), true);
    assert.throws(() => new BloomFilter(new Uint32Array(0)), isInvalid);
    assert.throws(() => new BloomFilter(new Uint32Array(12)), isInvalid);
  });

  test('takes a fixed size from its plan, and refuses an invalid one', () => {
    assert.equal(BloomFilter.for(1_000_000).bytes, 1_500_000);
    assert.equal(BloomFilter.for(1).bytes, 32);
    for (const expected of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e10]) {
      assert.throws(() => BloomFilter.for(expected), isInvalid);
    }
    assert.throws(() => BloomFilter.for(1000, 0), isInvalid);
  });
});

describe('the error of a Bloom filter', () => {
  const planned = 100_000;
  const probes = 300_000;

  for (const bits of [8, 12, 16, 24]) {
    test(`at ${bits} bits per visitor is what theory predicts`, () => {
      const next = randomHalves(bits);
      const filter = BloomFilter.for(planned, bits);
      addRandom(filter, planned, next);
      let falseSeen = 0;
      for (let i = 0; i < probes; i++) if (filter.has(next(), next())) falseSeen++;

      // Four standard deviations of the probes, and 2 % for the variation of this filter.
      const expected = probes * falseSeenRateAt(bits);
      const bound = 4 * Math.sqrt(expected) + 0.02 * expected;
      assert.ok(Math.abs(falseSeen - expected) < bound, `${falseSeen} false, ${expected} in theory`);
      assert.ok(Math.abs(filter.expectedFalseSeenRate() / falseSeenRateAt(bits) - 1) < 0.02);
    });
  }

  test('grows beyond the plan as if the plan had been smaller', () => {
    const filter = BloomFilter.for(planned, 12);
    addRandom(filter, 2 * planned, randomHalves(7));
    assert.ok(Math.abs(filter.expectedFalseSeenRate() / falseSeenRateAt(6) - 1) < 0.02);
  });

  test('can be set by rate instead of bits', () => {
    for (const rate of [0.5, 0.1, 0.01, 0.005, 0.001, 0.00001]) {
      const bits = bitsPerVisitorAt(rate);
      assert.ok(falseSeenRateAt(bits) <= rate && falseSeenRateAt(bits - 0.1) > rate, `${bits} for ${rate}`);
    }
    for (const rate of [0, -1, 1, 0.6, 1e-9, Number.NaN])
      assert.throws(() => bitsPerVisitorAt(rate), isInvalid);
  });
});

describe('the count of a Bloom filter', () => {
  test('is within 1 % of the visitors, below, at and beyond the plan', () => {
    for (const count of [1000, 50_000, 100_000, 300_000]) {
      const filter = BloomFilter.for(100_000);
      addRandom(filter, count, randomHalves(count));
      assert.ok(
        Math.abs(filter.estimateCount() / count - 1) < 0.01,
        `${filter.estimateCount()} for ${count}`,
      );
    }
  });

  test('counts a visitor of two nodes once', () => {
    const [ours, theirs] = [BloomFilter.for(30_000), BloomFilter.for(30_000)];
    addRandom(ours, 10_000, randomHalves(1));
    addRandom(theirs, 10_000, randomHalves(1));
    addRandom(theirs, 10_000, randomHalves(2));
    ours.merge(theirs);
    assert.ok(Math.abs(ours.estimateCount() / 20_000 - 1) < 0.01);
  });

  test('of a filter with every bit set is finite', () => {
    const filter = new BloomFilter(new Uint32Array(800).fill(0xffffffff));
    assert.equal(filter.fill, 1);
    assert.equal(filter.expectedFalseSeenRate(), 1);
    assert.ok(Number.isSafeInteger(filter.estimateCount()));
  });
});
