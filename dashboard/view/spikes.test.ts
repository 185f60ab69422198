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

test('what each day or week brings is no spike, and more than that is one', () => {
  // A shop: nothing at night, a few visitors in the morning, many at noon.
  const day = [...Array<number>(9).fill(0), 12, 20, 45, 50, 48, 30, 20, 15, 12, ...Array<number>(6).fill(0)];
  const week = Array.from({ length: 7 }, (_, at) => day.map((value) => value + ((value * at) % 5))).flat();
  assert.deepEqual(spikesOf(week, 'hour'), []);
  // One day is not enough to tell.
  assert.deepEqual(spikesOf(day, 'hour'), []);
  const rush = week.with(3 * 24 + 12, 160).with(5 * 24 + 3, 70);
  assert.deepEqual(
    spikesOf(rush, 'hour').map(({ place, usual }) => ({ place, usual })),
    [
      { place: 84, usual: 50 },
      { place: 123, usual: 0 },
    ],
  );
  const market = Array.from({ length: 30 }, (_, at) => (at % 7 === 4 ? 90 : 12 + (at % 3)));
  assert.deepEqual(spikesOf(market, 'day'), []);
  assert.deepEqual(spikesOf(market.with(11, 300), 'day'), [{ place: 11, value: 300, usual: 90 }]);
});

test('unknown values are left out, and the three highest spikes keep their order', () => {
  const values = [null, 5, 5, 5, 200, 5, 100, 5, 400, 5, 5, 5, 5, 300, null];
  assert.deepEqual(
    spikesOf(values).map(({ place }) => place),
    [4, 8, 13],
  );
});
