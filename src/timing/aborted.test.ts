import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { untilAborted } from './aborted.ts';

test('work ends with its own outcome, or with the reason of the signal if that comes first', async () => {
  const control = new AbortController();
  const { signal } = control;
  assert.equal(await untilAborted(signal, async () => 1), 1);
  await assert.rejects(
    untilAborted(signal, () => Promise.reject(new Error('broken'))),
    /broken/,
  );
  assert.equal(getEventListeners(signal, 'abort').length, 0);
  const endless = untilAborted(signal, () => new Promise(() => undefined));
  control.abort(new Error('closing'));
  await assert.rejects(endless, /closing/);
  await assert.rejects(
    untilAborted(signal, async () => assert.fail('it began')),
    /closing/,
  );
});
