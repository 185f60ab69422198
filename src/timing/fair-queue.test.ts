import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { FairQueue } from './fair-queue.ts';

function allOf<Item>(queue: FairQueue<Item>): Item[] {
  return Array.from({ length: queue.size }, () => queue.next()!);
}

describe('a fair queue', () => {
  test('gives owners turns, however much each of them added', () => {
    const queue = new FairQueue<string>(100);
    for (const item of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) queue.add(item, item[0]!);
    assert.deepEqual(allOf(queue), ['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
    assert.equal(queue.next(), undefined);
  });

  test('gives the topics of an owner turns', () => {
    const queue = new FairQueue<string>(100);
    for (const item of ['x1', 'x2', 'x3', 'y1']) queue.add(item, 'a', item[0]);
    queue.add('b1', 'b');
    assert.deepEqual(allOf(queue), ['x1', 'b1', 'y1', 'x2', 'x3']);
  });

  test('that is full takes from the owner with the most, so another one is always admitted', () => {
    const queue = new FairQueue<string>(3);
    for (const item of ['a1', 'a2', 'a3']) assert.equal(queue.add(item, 'a'), undefined);
    assert.equal(queue.add('a4', 'a'), 'a4');
    assert.equal(queue.add('b1', 'b'), 'a3');
    assert.equal(queue.add('c1', 'c'), 'a2');
    assert.equal(queue.add('d1', 'd'), 'd1');
    assert.deepEqual(allOf(queue), ['a1', 'b1', 'c1']);
  });

  test('forgets an item that is removed, and no other', () => {
    const queue = new FairQueue<string>(100);
    for (const item of ['a1', 'a2', 'b1']) queue.add(item, item[0]!);
    queue.remove('a1', 'a');
    queue.remove('a1', 'a');
    queue.remove('b1', 'a');
    queue.remove('b1', 'c');
    assert.deepEqual(allOf(queue), ['a2', 'b1']);
  });

  test('loses no item and has none twice, in any sequence of calls', () => {
    const call = fc.record({
      kind: fc.constantFrom('add', 'add', 'next', 'remove'),
      owner: fc.constantFrom('a', 'b', 'c'),
      topic: fc.constantFrom('x', 'y'),
    });
    fc.assert(
      fc.property(fc.array(call, { maxLength: 60 }), (calls) => {
        const queue = new FairQueue<number>(5);
        const inside = new Map<number, { owner: string; topic: string }>();
        for (const [id, { kind, owner, topic }] of calls.entries()) {
          if (kind === 'add') {
            inside.set(id, { owner, topic });
            const left = queue.add(id, owner, topic);
            if (left !== undefined) assert.ok(inside.delete(left));
          } else if (kind === 'next') {
            const item = queue.next();
            assert.equal(item === undefined, inside.size === 0);
            if (item !== undefined) assert.ok(inside.delete(item));
          } else {
            const [first] = inside;
            if (first) queue.remove(first[0], first[1].owner, first[1].topic);
            if (first) inside.delete(first[0]);
          }
          assert.equal(queue.size, inside.size);
          assert.ok(queue.size <= 5);
        }
        assert.deepEqual(new Set(allOf(queue)), new Set(inside.keys()));
      }),
      { seed: 17 },
    );
  });
});
