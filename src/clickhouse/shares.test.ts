import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVERYBODY, inShares, type Share, shareSql, sharesOf } from './shares.ts';

/** The engine's error. */
function outOfMemory(): Error {
  return Object.assign(new Error('memory limit exceeded'), { type: 'MEMORY_LIMIT_EXCEEDED' });
}

/** The visitors of a share, if each is its own hash. */
const VISITORS = Array.from({ length: 500 }, (_, i) => i);
const visitorsIn = ({ number, of }: Share) => VISITORS.filter((visitor) => visitor % of === number);

test('shares that fit are taken once each, and have every visitor once', async () => {
  for (const most of [500, 250, 100, 7, 1]) {
    for (const first of [1, 2, 16]) {
      const taken: number[] = [];
      await inShares(async (share) => {
        const visitors = visitorsIn(share);
        if (visitors.length > most) throw outOfMemory();
        taken.push(...visitors);
      }, first);
      assert.deepEqual(
        taken.sort((a, b) => a - b),
        VISITORS,
      );
    }
  }
});

test('a share that fails after others succeeded is split, and these are not repeated', async () => {
  const taken: number[] = [];
  let busy = 0;
  await inShares(async (share) => {
    // Others use the memory for a while.
    if (taken.length > 200 && busy++ < 3) throw outOfMemory();
    taken.push(...visitorsIn(share));
  }, 4);
  assert.deepEqual(
    taken.sort((a, b) => a - b),
    VISITORS,
  );
});

test('what does not fit at all, and other faults, are thrown', async () => {
  let attempts = 0;
  const tooSmall = inShares(async () => {
    attempts++;
    throw outOfMemory();
  });
  await assert.rejects(tooSmall, { code: 'engine_memory', status: 503, message: /MemoryMax/ });
  assert.ok(attempts < 20, `${attempts} attempts`);
  const broken = inShares(() => Promise.reject(new Error('a part is broken')));
  await assert.rejects(broken, /a part is broken/);
});

test('shares are as many as their hits need', () => {
  assert.equal(shareSql(EVERYBODY), 'true');
  assert.equal(shareSql({ number: 3, of: 8 }), 'intHash64(visitor) % 8 = 3');
  for (const [hits, most, shares] of [
    [0, 10, 1],
    [10, 10, 1],
    [11, 10, 2],
    [1000, 10, 128],
    [1000, Number.POSITIVE_INFINITY, 1],
  ] as const)
    assert.equal(sharesOf(hits, most), shares);
});
