import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { MessageQueue } from './message-queue.ts';

/** Prints by how many mebibytes a process grows by a queue of 16 that is full. In a process of its own, nothing else shrinks meanwhile. */
function scriptOf(length: number): string {
  const fixture = import.meta.resolve('../../../test/fixtures/memory-in-use.ts');
  return `
    import { memoryInUse } from ${JSON.stringify(fixture)};
    import { MessageQueue } from ${JSON.stringify(import.meta.resolve('./message-queue.ts'))};
    const queue = new MessageQueue(2 ** 24);
    const before = memoryInUse();
    while (!queue.isFull) queue.add(Buffer.allocUnsafe(${length}));
    console.log((memoryInUse() - before) / 2 ** 20, queue.isFull);`;
}

describe('a queue of messages', () => {
  for (const length of [1, 200, 60_000]) {
    it(`is full when its memory is, with lines of ${length} bytes`, () => {
      const args = ['--input-type=module', '--eval', scriptOf(length)];
      const [grown, isFull] = execFileSync(process.execPath, args, { encoding: 'utf8' }).trim().split(' ');
      assert.ok(Number(grown) > 4 && Number(grown) < 32, `${grown} MiB`);
      assert.equal(isFull, 'true');
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
