import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lengthOf, STOPS, slices, slicesOf, stopOf, windowsWord } from './sliding-window.ts';

test('stops ascend from ten seconds to thirty days, each at most three times the one before', () => {
  assert.equal(STOPS[0], 10);
  assert.equal(STOPS.at(-1), 30 * 86_400);
  for (const [stop, seconds] of STOPS.entries()) {
    if (stop > 0) assert.ok(seconds > STOPS[stop - 1]! && seconds <= 3 * STOPS[stop - 1]!, String(seconds));
    assert.equal(stopOf(seconds), stop);
  }
  assert.equal(STOPS[stopOf(290)], 300);
});

test('a window is requested in slices that the server accepts: whole seconds, at most twenty, the last one the window itself', () => {
  for (const seconds of STOPS) {
    const lengths = slicesOf(seconds);
    assert.ok(lengths.length <= 20 && lengths.every(Number.isInteger));
    assert.equal(new Set(lengths).size, lengths.length);
    assert.equal(lengths.at(-1), seconds);
  }
  assert.equal(windowsWord(slicesOf(10)), '1s,2s,3s,4s,5s,6s,7s,8s,9s,10s');
});

test('slices are the differences of windows, oldest first, and never negative', () => {
  const windows = [
    { seconds: 10, hits: 5 },
    { seconds: 20, hits: 25 },
    { seconds: 40, hits: 24 },
  ];
  assert.deepEqual(slices(windows), [
    { end: 20, seconds: 20, hits: 0, hitsPerSecond: 0 },
    { end: 10, seconds: 10, hits: 20, hitsPerSecond: 2 },
    { end: 0, seconds: 10, hits: 5, hitsPerSecond: 0.5 },
  ]);
});

test('a length is shown in the largest unit that divides it', () => {
  assert.deepEqual(lengthOf(45), { value: 45, unit: 'second' });
  assert.deepEqual(lengthOf(300), { value: 5, unit: 'minute' });
  assert.deepEqual(lengthOf(86_400), { value: 24, unit: 'hour' });
  assert.deepEqual(lengthOf(7 * 86_400), { value: 7, unit: 'day' });
});
