import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spikesOf } from './spikes.ts';

test('a value far above the median is a spike, and the others are not', () => {
  assert.deepEqual(spikesOf([20, 24, 18, 22, 90, 21, 19, 23]), [{ place: 4, value: 90, usual: 21.5 }]);
});

test('a rhythm of weeks, growth, noise and small numbers have no spikes', () => {
  const weeks = Array.from({ length: 28 }, (_, at) => (at % 7 < 5 ? 100 : 30));
  const growth = Array.from({ length: 30 }, (_, at) => 100 + 10 * at);
  assert.deepEqual(spikesOf(weeks), []);
  assert.deepEqual(spikesOf(growth), []);
  assert.deepEqual(spikesOf([1, 0, 0, 0, 9, 0, 0, 0]), []);
  assert.deepEqual(spikesOf([1, 500, 1, 1, 1]), []);
  // The first hits of a site.
  assert.deepEqual(spikesOf([0, 0, 0, 0, 0, 0, 0, 0, 0, 40, null]), []);
});

test('unknown values are left out, and the three highest spikes keep their order', () => {
  const values = [null, 5, 5, 5, 200, 5, 100, 5, 400, 5, 5, 5, 5, 300, null];
  assert.deepEqual(
    spikesOf(values).map(({ place }) => place),
    [4, 8, 13],
  );
});
