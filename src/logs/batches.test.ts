import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { Batches } from './batches.ts';

const options = { timeout: scaledTimeout(10_000) };

function gathering(take: (items: readonly number[]) => Promise<void>) {
  return new Batches<number>({ weight: 10, weightOf: (item) => item, take });
}

test('items are delivered in order, in batches of sufficient weight', options, async () => {
  const taken: (readonly number[])[] = [];
  const batches = gathering(async (items) => void taken.push(items));
  for (const item of [4, 5, 6, 20, 1]) await batches.add(item);
  await batches.flush();
  assert.deepEqual(taken, [[4, 5, 6], [20], [1]]);
});

test('an incomplete batch is delivered after a while', options, async () => {
  const { promise, resolve } = Promise.withResolvers<readonly number[]>();
  const batches = gathering(async (items) => resolve(items));
  await batches.add(1);
  assert.deepEqual(await promise, [1]);
});

test('one batch is delivered at a time, and only one more is collected meanwhile', options, async () => {
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  const doors = [first.promise, second.promise];
  let under = 0;
  const batches = gathering(async () => {
    assert.equal(++under, 1);
    await doors.shift();
    under--;
  });
  await batches.add(10);
  let added = false;
  const adding = batches.add(10).then(() => {
    added = true;
  });
  await new Promise(setImmediate);
  assert.equal(added, false);
  first.resolve();
  await adding;
  second.resolve();
  await batches.flush();
});

test('the next waiting call throws an error, and nothing is delivered after it', options, async () => {
  let calls = 0;
  const batches = gathering(async () => {
    calls++;
    throw new Error('the disk is full');
  });
  await batches.add(10);
  await assert.rejects(batches.add(10), /full/);
  await assert.rejects(batches.flush(), /full/);
  await batches.close();
  assert.equal(calls, 1);
});
