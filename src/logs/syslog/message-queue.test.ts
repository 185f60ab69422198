import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { memoryInUse } from '../../../test/fixtures/memory-in-use.ts';
import { MessageQueue } from './message-queue.ts';

const MIB = 2 ** 20;

describe('a queue of messages', () => {
  for (const length of [1, 200, 60_000]) {
    it(`is full when its memory is, with lines of ${length} bytes`, () => {
      const queue = new MessageQueue(16 * MIB);
      const before = memoryInUse();
      while (!queue.isFull) queue.add(Buffer.allocUnsafe(length));
      const grown = (memoryInUse() - before) / MIB;
      // Those of buffers are counted twice, and some late.
      assert.ok(grown > 4 && grown < 40, `${grown} MiB`);
      assert.ok(queue.isFull);
    });
  }

  it('has all lines for who waits, until it is closed and they are taken', async () => {
    const queue = new MessageQueue();
    assert.equal(await queue.take(1), undefined);
    const waiting = queue.take(Number.POSITIVE_INFINITY);
    queue.add(Buffer.from('a\n'));
    queue.add(Buffer.from('b\n'));
    assert.equal(String(await waiting), 'a\nb\n');
    queue.add(Buffer.from('c\n'));
    queue.close();
    assert.equal(queue.isEnded, false);
    assert.equal(String(await queue.take(Number.POSITIVE_INFINITY)), 'c\n');
    assert.equal(queue.isEnded, true);
    assert.equal(await queue.take(Number.POSITIVE_INFINITY), undefined);
  });
});
