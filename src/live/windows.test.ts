import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HitError } from '../errors.ts';
import { Windows } from './windows.ts';

const NOW = Date.UTC(2026, 10, 24, 12);

describe('windows', () => {
  test('never show more visitors than hits', () => {
    const windows = new Windows({ columns: 16 });
    for (let visitor = 0; visitor < 40; visitor++) windows.add(visitor, visitor * 0x9e3779b1, NOW, NOW);
    const { hits, visitors } = windows.read(60, NOW);
    assert.equal(hits, 40);
    assert.ok(visitors <= 40);
  });

  test('have an error of 0.65 divided by the square root of their columns', () => {
    for (const columns of [16, 1024, 4096]) {
      const { error } = new Windows({ columns }).read(60, NOW);
      assert.equal((error * Math.sqrt(columns)).toFixed(2), '0.65');
    }
  });

  test('may be longer than the history, or reach back before 1970', () => {
    const windows = new Windows();
    windows.add(1, 1, NOW, NOW);
    for (const seconds of [400 * 86_400, 1e10]) {
      const { hits, visitors, hitsPerSecond } = windows.read(seconds, NOW);
      assert.deepEqual([hits, visitors, hitsPerSecond], [1, 1, 1 / seconds]);
    }
  });

  test('shorter than a second are refused', () => {
    for (const seconds of [0, 0.5, -1, Number.NaN]) {
      assert.throws(() => new Windows().read(seconds, NOW), HitError);
    }
  });
});
