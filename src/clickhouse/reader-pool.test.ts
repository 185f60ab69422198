import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ReaderPool } from './reader-pool.ts';

/** Reads that the test ends. */
function byHand(readers: number) {
  const pool = new ReaderPool(Array.from({ length: readers }, (_, at) => at));
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const read = (name: string, holder: string) =>
    pool.use(holder, async () => {
      begun.push(name);
      await new Promise<void>((resolve) => ends.set(name, resolve));
      return name;
    });
  const end = async (name: string) => {
    ends.get(name)!();
    await new Promise(setImmediate);
  };
  return { begun, read, end };
}

describe('connections for reads', () => {
  test('are given to holders in turns, however much one asks', async () => {
    const { begun, read, end } = byHand(1);
    const reads = ['a1', 'a2', 'a3', 'b1'].map((name) => read(name, name[0]!));
    for (const name of ['a1', 'a2', 'b1', 'a3']) await end(name);
    assert.deepEqual(begun, ['a1', 'a2', 'b1', 'a3']);
    assert.deepEqual(await Promise.all(reads), ['a1', 'a2', 'a3', 'b1']);
  });

  test('refuse the holder that asks the most, and admit others', async () => {
    const { begun, read, end } = byHand(1);
    const greedy = Array.from({ length: 102 }, (_, at) => read(`a${at}`, 'a'));
    const outcomes = Promise.allSettled(greedy);
    const other = read('b', 'b');
    await end('a0');
    await end('a1');
    assert.deepEqual(begun.slice(0, 3), ['a0', 'a1', 'b']);
    await end('b');
    assert.equal(await other, 'b');
    for (let at = 2; at < 100; at++) await end(`a${at}`);
    const refused = (await outcomes).filter((each) => each.status === 'rejected');
    assert.deepEqual(
      refused.map(({ reason }) => [reason.code, reason.retryAfter]),
      [
        ['overloaded', 5],
        ['overloaded', 5],
      ],
    );
  });

  test('are free again after a read that fails', async () => {
    const pool = new ReaderPool([1]);
    await assert.rejects(
      pool.use('a', () => Promise.reject(new Error('broken'))),
      /broken/,
    );
    assert.equal(await pool.use('a', async (reader) => reader), 1);
  });
});
