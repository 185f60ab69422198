import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { SerialQueue } from './serial-queue.ts';

test('work runs one after the other, in order', async () => {
  const queue = new SerialQueue();
  const events: string[] = [];
  const work = (name: string) => async () => {
    events.push(`${name} begins`);
    await nextTurn();
    events.push(`${name} ends`);
    return name;
  };
  const results = await Promise.all([queue.run(work('a')), queue.run(work('b'))]);
  assert.deepEqual(results, ['a', 'b']);
  assert.deepEqual(events, ['a begins', 'a ends', 'b begins', 'b ends']);
});

test('a failure is that of its own work alone', async () => {
  const queue = new SerialQueue();
  const broken = queue.run(() => Promise.reject(new Error('broken')));
  const next = queue.run(() => 17);
  await assert.rejects(broken, /broken/);
  assert.equal(await next, 17);
});

test('the queue has ended when its last work has, however that went', async () => {
  const queue = new SerialQueue();
  let isOver = false;
  const broken = queue.run(async () => {
    await nextTurn();
    isOver = true;
    throw new Error('broken');
  });
  await Promise.all([queue.ended(), assert.rejects(broken)]);
  assert.ok(isOver);
});
