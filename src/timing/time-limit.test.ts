import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pause } from './pause.ts';
import { inTime, waitUpTo } from './time-limit.ts';

test('what comes in time is the result, and what fails in time is thrown', async () => {
  assert.equal(await waitUpTo(60_000, Promise.resolve(17)), 17);
  assert.equal(await inTime(60_000, Promise.resolve(17), 'late'), 17);
  await assert.rejects(waitUpTo(60_000, Promise.reject(new Error('broken'))), /broken/);
  await assert.rejects(inTime(60_000, Promise.reject(new Error('broken')), 'late'), /broken/);
});

test('what takes too long is left: nothing is returned, or the given error thrown', async () => {
  const never = new Promise<number>(() => undefined);
  assert.equal(await waitUpTo(5, never), undefined);
  await assert.rejects(inTime(5, never, 'late'), /late/);
});

test('ending the work that is late does not hide that it was late', async () => {
  const { promise, reject } = Promise.withResolvers<number>();
  await assert.rejects(
    inTime(5, promise, 'late', () => reject(new Error('closed'))),
    /late/,
  );
});

test('a failure after the limit is ignored', async () => {
  const { promise, reject } = Promise.withResolvers<number>();
  await waitUpTo(5, promise);
  reject(new Error('nobody waits for this'));
  // An unhandled rejection would end this process.
  await pause(5);
});
