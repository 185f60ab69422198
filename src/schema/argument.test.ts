import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ANY_NUMBER, checkedNumber, checkInstance, checkOptions, numberOr, shown } from './argument.ts';

describe('a number', () => {
  const range = { least: 1, most: 5, isWhole: true };

  test('is returned if it is within its range', () => {
    for (const value of [1, 3, 5]) assert.equal(checkedNumber('size', value, range), value);
    assert.equal(checkedNumber('size', 1.5, { least: 1, most: 5 }), 1.5);
    assert.equal(checkedNumber('size', Number.POSITIVE_INFINITY, ANY_NUMBER), Number.POSITIVE_INFINITY);
  });

  test('is refused otherwise, with its name, its range and the value', () => {
    for (const [value, text] of [
      [0, '0'],
      [6, '6'],
      [1.5, '1.5'],
      [Number.NaN, 'NaN'],
      ['3', '"3"'],
      [3n, '3n'],
      [null, 'null'],
      [undefined, 'undefined'],
      [{}, 'an object'],
    ] as const)
      assert.throws(() => checkedNumber('size', value, range), {
        ...{ name: 'HitError', code: 'invalid' },
        message: `size must be a whole number from 1 to 5, not ${text}`,
      });
    assert.throws(() => checkedNumber('at', 'now', { ...ANY_NUMBER, least: 0 }), {
      message: 'at must be a number from 0, not "now"',
    });
  });

  test('that is left out has its fallback', () => {
    assert.equal(numberOr('size', undefined, 4, range), 4);
    assert.equal(numberOr('size', 2, 4, range), 2);
  });
});

describe('options', () => {
  test('are an object with known members', () => {
    checkOptions({}, ['key']);
    checkOptions({ key: 1 }, ['key']);
    for (const options of [null, 5, 'key', []])
      assert.throws(() => checkOptions(options, ['key']), {
        code: 'invalid',
        message: /^options must be an object/,
      });
  });

  test('that are misspelt are refused with a suggestion', () => {
    assert.throws(() => checkOptions({ expectedVisitor: 5 }, ['key', 'expectedVisitors']), {
      code: 'invalid',
      message: 'the option "expectedVisitor" is unknown: did you mean "expectedVisitors"?',
    });
  });
});

test('an object of another class is refused', () => {
  checkInstance('other', new Map(), Map);
  assert.throws(() => checkInstance('other', new Set(), Map), {
    message: 'other must be a Map, not an object',
  });
});

test('a value is shown in a few words, without control characters', () => {
  assert.equal(shown('a\u001bb'.repeat(100)).length, 43);
  assert.doesNotMatch(shown('a\u001bb'), /\u001b/);
  assert.equal(shown(new Uint8Array(3)), '3 bytes');
  assert.equal(shown([1, 2]), 'an array');
  assert.equal(
    shown(() => 1),
    'a function',
  );
});
