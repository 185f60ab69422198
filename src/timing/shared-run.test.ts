import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SharedRun } from './shared-run.ts';

/** A run that the test ends. */
function byHand() {
  const begun: PromiseWithResolvers<number>[] = [];
  const shared = new SharedRun(() => {
    const work = Promise.withResolvers<number>();
    begun.push(work);
    return work.promise;
  });
  return { begun, shared };
}

describe('a shared run', () => {
  test('serves all calls during another run, and begins after them', async () => {
    const { begun, shared } = byHand();
    const first = shared.run();
    const others = Array.from({ length: 1000 }, () => shared.run());
    assert.equal(begun.length, 1);
    begun[0]!.resolve(1);
    assert.equal(await first, 1);
    await new Promise(setImmediate);
    assert.equal(begun.length, 2);
    const late = shared.run();
    begun[1]!.resolve(2);
    assert.deepEqual(new Set(await Promise.all(others)), new Set([2]));
    await new Promise(setImmediate);
    assert.equal(begun.length, 3);
    begun[2]!.resolve(3);
    assert.equal(await late, 3);
  });

  test('is one at a time, even if calls come as soon as one ends', async () => {
    let running = 0;
    const shared = new SharedRun(async () => {
      assert.equal(++running, 1);
      await new Promise(setImmediate);
      running--;
    });
    const caller = async () => {
      for (let times = 0; times < 20; times++) await shared.run();
    };
    await Promise.all(Array.from({ length: 5 }, caller));
  });

  test('that fails fails only for the callers that share it', async () => {
    const { begun, shared } = byHand();
    const first = shared.run();
    const second = shared.run();
    begun[0]!.reject(new Error('full'));
    await assert.rejects(first, /full/);
    await new Promise(setImmediate);
    begun[1]!.resolve(2);
    assert.equal(await second, 2);
    const third = shared.run();
    begun[2]!.resolve(3);
    assert.equal(await third, 3);
  });
});
