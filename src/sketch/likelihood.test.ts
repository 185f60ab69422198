import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { mostLikelyCount } from './likelihood.ts';

describe('the most likely count', () => {
  test('maximizes the likelihood of the bitmap', () => {
    const columns = 64;
    const bitmaps = fc.array(fc.nat(columns), { minLength: 2, maxLength: 24 });
    const shareOf = (rank: number, ranks: number) => 2 ** -Math.min(rank + 1, ranks - 1);
    const logLikelihood = (set: number[], n: number) =>
      set.reduce((sum, count, rank) => {
        const mean = (n * shareOf(rank, set.length)) / columns;
        return sum + (count && count * Math.log(-Math.expm1(-mean))) - (columns - count) * mean;
      }, 0);
    fc.assert(
      fc.property(bitmaps, (set) => {
        fc.pre(set.some((count) => count > 0) && set.some((count) => count < columns));
        const n = mostLikelyCount(set, columns);
        const best = logLikelihood(set, n);
        for (const other of [0.99 * n, 1.01 * n]) assert.ok(logLikelihood(set, other) <= best);
      }),
      { seed: 20250101, numRuns: 200 },
    );
  });

  test('recovers the visitors from their expected bitmap, from one to a hundred billion', () => {
    for (let n = 1; n <= 1e11; n *= 10) {
      const set = Array.from({ length: 24 }, (_, rank) => {
        return -4096 * Math.expm1((-n / 4096) * 2 ** -Math.min(rank + 1, 23));
      });
      assert.ok(Math.abs(mostLikelyCount(set, 4096) / n - 1) < 1e-4, `${n}`);
    }
  });
});
