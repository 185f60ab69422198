import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rotation, Turns } from './turns.ts';

test('of many works that share a rotation, one runs in each turn of the event loop, and each gets its share', async () => {
  const rotation = new Rotation();
  const steps: number[] = [];
  let turn = 0;
  const turns: number[] = [];
  const count = () => {
    turn++;
    if (steps.length < 40) setImmediate(count);
  };
  setImmediate(count);
  await Promise.all(
    Array.from({ length: 4 }, async (_, work) => {
      const own = new Turns(rotation);
      for (let i = 0; i < 10; i++) {
        await own.next();
        steps.push(work);
        turns.push(turn);
      }
    }),
  );
  assert.equal(new Set(turns).size, 40, 'two works ran in one turn');
  assert.deepEqual(steps.slice(0, 8), [0, 1, 2, 3, 0, 1, 2, 3]);
});
