import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryInUse } from '../../test/fixtures/memory-in-use.ts';
import { HolderRequests } from './holder-requests.ts';

/** A request, and how to end it. */
function held(requests: HolderRequests) {
  const end = Promise.withResolvers<void>();
  return { done: requests.run(() => end.promise), end };
}

test('an anonymous statement waits until no request of a holder is in progress, or until its wait is over', async () => {
  const requests = new HolderRequests(1);
  await requests.over(60_000);
  const [first, second] = [held(requests), held(requests)];
  let isOver = false;
  const waiting = requests.over(60_000).then(() => {
    isOver = true;
  });
  first.end.resolve();
  await first.done;
  await new Promise(setImmediate);
  assert.equal(isOver, false);
  second.end.reject(new Error('it failed'));
  await assert.rejects(second.done, /it failed/);
  await waiting;
  const third = held(requests);
  await requests.over(1);
  third.end.resolve();
  await third.done;
});

test('statements whose wait is over are forgotten, although a request is still in progress', async () => {
  const requests = new HolderRequests();
  const { done, end } = held(requests);
  const wait = () => Promise.all(Array.from({ length: 5000 }, () => requests.over(1)));
  // The first ones also compile the code.
  await wait();
  const before = memoryInUse();
  await wait();
  const grown = memoryInUse() - before;
  // The test runner itself keeps 180 bytes of each; a statement that is not forgotten takes 900.
  assert.ok(grown < 2_000_000, `${grown} bytes`);
  end.resolve();
  await done;
});
