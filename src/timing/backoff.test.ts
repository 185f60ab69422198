import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backoff, backoffDelay } from './backoff.ts';

const DELAYS = { first: 100, longest: 1000 };

test('each delay is twice the one before, up to the longest', () => {
  const backoff = new Backoff(DELAYS);
  const delays = Array.from({ length: 6 }, () => backoff.next());
  assert.deepEqual(delays, [100, 200, 400, 800, 1000, 1000]);
});

test('after a success the first delay comes again', () => {
  const backoff = new Backoff(DELAYS);
  for (let i = 0; i < 5; i++) backoff.next();
  backoff.reset();
  assert.equal(backoff.next(), 100);
});

test('a lower maximum for some failures applies at once, and delays do not grow meanwhile', () => {
  const backoff = new Backoff(DELAYS);
  const delays = [backoff.next(), backoff.next(), ...Array.from({ length: 9 }, () => backoff.next(300))];
  assert.deepEqual(delays, [100, 200, ...Array.from({ length: 9 }, () => 300)]);
  assert.equal(backoff.next(), 400);
});

test('randomness shortens a delay by up to half, and does not slow its growth', () => {
  const draws = [0, 0.5, 0.999];
  const backoff = new Backoff(DELAYS, () => draws.shift()!);
  assert.deepEqual([backoff.next(), backoff.next(), Math.round(backoff.next())], [100, 150, 200]);
});

test('a million failures do not overflow', () => {
  assert.equal(backoffDelay(1_000_000, DELAYS), 1000);
});
