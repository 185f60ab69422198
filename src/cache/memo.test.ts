import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { memoryInUse } from '../../test/fixtures/memory-in-use.ts';
import { Memo, owned } from './memo.ts';

/** A memo that records its computations. */
function watched(bounds: { most: number; longest: number }) {
  const computed: string[] = [];
  const memo = new Memo(bounds, (text) => {
    computed.push(text);
    return text.toUpperCase();
  });
  return { memo, computed };
}

describe('a memo', () => {
  test('computes the value of a text once, and then answers from memory', () => {
    const { memo, computed } = watched({ most: 10, longest: 20 });
    assert.deepEqual([memo.of('a'), memo.of('a'), memo.of('b'), memo.of('a')], ['A', 'A', 'B', 'A']);
    assert.deepEqual(computed, ['a', 'b']);
  });

  test('keeps a text that is used repeatedly, whatever else comes', () => {
    const { memo, computed } = watched({ most: 10, longest: 20 });
    for (let i = 0; i < 1000; i++) {
      memo.of(`other ${i}`);
      memo.of('favourite');
    }
    assert.equal(computed.filter((text) => text === 'favourite').length, 1);
  });

  test('forgets a text after as many others as its capacity', () => {
    const { memo, computed } = watched({ most: 10, longest: 20 });
    memo.of('old');
    for (let i = 0; i < 10; i++) memo.of(`new ${i}`);
    memo.of('old');
    assert.equal(computed.filter((text) => text === 'old').length, 2);
  });

  test('truncates a long text before computing, so it costs no more than its beginning', () => {
    const { memo, computed } = watched({ most: 10, longest: 3 });
    assert.equal(memo.of('abcdef'), 'ABC');
    assert.equal(memo.of('abcxyz'), 'ABC');
    assert.deepEqual(computed, ['abc']);
  });

  test('distinguishes lone surrogates', () => {
    const memo = new Memo({ most: 10, longest: 3 }, (text) => text.charCodeAt(0));
    assert.deepEqual([memo.of('\ud800'), memo.of('\ud801'), memo.of('\ud800')], [0xd800, 0xd801, 0xd800]);
  });

  test('also remembers that a text has no value', () => {
    const { memo, computed } = watched({ most: 10, longest: 3 });
    memo.of('');
    memo.of('');
    assert.deepEqual(computed, ['']);
  });

  test('does not keep alive the large texts that its keys or values were cut from', () => {
    const memo = new Memo({ most: 1000, longest: 100 }, (text) => text.slice(10, 60));
    const before = memoryInUse();
    for (let i = 0; i < 400; i++) memo.of(`key ${i} `.padEnd(100_000, 'x').slice(0, 90));
    const grown = memoryInUse() - before;
    assert.ok(grown < 10_000_000, `400 keys of 90 characters, cut from 40 MB, keep ${grown} bytes`);
  });
});

test('an owned text equals the original, whatever its characters', () => {
  for (const text of ['', 'abc', 'ä漢😀', '\ud800 lone \udc00', '\u0000']) assert.equal(owned(text), text);
});
