import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { OperationDurations } from './operation-durations.ts';

test('an operation that fails is counted apart from those that succeed, each with its duration', async () => {
  const durations = new OperationDurations([0.02, 60]);
  assert.equal(await durations.time(async () => 'done'), 'done');
  await assert.rejects(
    durations.time(async () => {
      await sleep(40);
      throw new Error('no');
    }),
    /no/,
  );
  assert.equal(durations.success.count, 1);
  assert.deepEqual(durations.failure.buckets, [0, 1, 0]);
  assert.ok(durations.failure.sum >= 0.02 && durations.failure.sum < 60);
});
