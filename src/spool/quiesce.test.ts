import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { append, openSpool } from '../../test/fixtures/spool.ts';

test('nothing is delivered while deliveries are paused, and hits are durable meanwhile', async (t) => {
  const { spool, shelf } = await openSpool(t);
  let flushed: Promise<void> | undefined;
  const result = await spool.pauseDelivery(async () => {
    await append(spool, '/hit-1');
    flushed = spool.flush();
    await sleep(50);
    assert.deepEqual(shelf.attempts, []);
    return 'done';
  });
  assert.equal(result, 'done');
  await flushed;
  assert.deepEqual(shelf.paths, ['/hit-1']);
});

test('the pause begins when the current delivery has succeeded, even at the second attempt', async (t) => {
  const { spool, shelf } = await openSpool(t);
  shelf.failures = 1;
  await append(spool, '/hit-1');
  const flushed = spool.flush();
  await spool.pauseDelivery(async () => assert.deepEqual(shelf.paths, ['/hit-1']));
  await flushed;
});

test('an error during the pause is thrown, and deliveries resume', async (t) => {
  const { spool, shelf } = await openSpool(t);
  await assert.rejects(
    spool.pauseDelivery(() => Promise.reject(new Error('odd'))),
    /odd/,
  );
  await append(spool, '/hit-1');
  await spool.flush();
  assert.deepEqual(shelf.paths, ['/hit-1']);
});

test('a pause is refused if deliveries go on failing, and does not come later', async (t) => {
  const { spool, shelf } = await openSpool(t);
  t.mock.timers.enable({ apis: ['setInterval'] });
  shelf.failures = 1e9;
  await append(spool, '/hit-1');
  const flushed = spool.flush();
  while (spool.failing.length === 0) await sleep(5);
  const paused = spool.pauseDelivery(() => assert.fail('it was refused'));
  t.mock.timers.tick(10_000);
  await assert.rejects(paused, { code: 'store_unavailable', message: /cannot be paused, since they fail: / });
  shelf.failures = 0;
  await flushed;
  assert.equal(await spool.pauseDelivery(async () => 'done'), 'done');
  assert.deepEqual(shelf.paths, ['/hit-1']);
});
