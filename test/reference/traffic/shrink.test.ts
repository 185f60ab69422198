import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shrink } from './shrink.ts';

test('only the items that a failure needs are left, in order', async () => {
  const items = Array.from({ length: 1000 }, (_, at) => at);
  assert.deepEqual(await shrink(items, (left) => left.includes(700) && left.includes(3)), [3, 700]);
});

test('no single item can be taken out of what is left', async () => {
  const fails = (left: readonly number[]) => left.length % 2 === 1;
  assert.deepEqual((await shrink([1, 2, 3, 4, 5], fails)).length, 1);
  assert.deepEqual(await shrink([], () => true), []);
});
