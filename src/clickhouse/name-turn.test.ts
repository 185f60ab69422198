import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inTurn } from './name-turn.ts';

const TAKEN = { type: 'QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING' };
const { signal } = new AbortController();

test('a statement runs once its name is free, however often it was refused', async () => {
  let runs = 0;
  const result = inTurn(async () => {
    if (++runs < 3) throw TAKEN;
    return 'done';
  }, signal);
  assert.equal(await result, 'done');
  assert.equal(runs, 3);
});

test('a refusal is known by the cause of an error too, and another error is thrown at once', async () => {
  const errors = [
    new Error('the store failed', { cause: Object.assign(new Error(), TAKEN) }),
    new Error('broken'),
  ];
  let runs = 0;
  await assert.rejects(
    inTurn(async () => {
      throw errors[runs++];
    }, signal),
    /broken/,
  );
  assert.equal(runs, 2);
});

test('no statement begins after the signal, even if its name is free then', async () => {
  const stop = new AbortController();
  let runs = 0;
  const result = inTurn(async () => {
    if (++runs > 1) return 'done';
    setImmediate(() => stop.abort());
    throw TAKEN;
  }, stop.signal);
  await assert.rejects(result, TAKEN);
  assert.equal(runs, 1);
});
