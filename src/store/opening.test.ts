import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Opening } from './opening.ts';

test('a server that does not answer is reported so, and its request is ended', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let isEnded = false;
  const opening = new Opening(
    (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          isEnded = true;
          reject(new Error('The user aborted a request.'));
        });
      }),
    async () => assert.fail('opened without an answer'),
  );
  const opened = opening.ensure();
  t.mock.timers.tick(5000);
  await assert.rejects(opened, {
    code: 'store_unavailable',
    message: 'the store failed: no answer within 5 s',
  });
  assert.ok(isEnded);
});
