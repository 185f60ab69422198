import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { rounds } from '../../../test/fixtures/rounds.ts';
import { HitError } from '../../errors.ts';
import { itemsOf, parseItem } from './batch-items.ts';

function parsed(text: string, isArray: boolean): unknown[] {
  const bytes = Buffer.from(text);
  return Array.from(itemsOf({ bytes, isArray }), (item) => parseItem(bytes, item, 'the body'));
}

const space = fc.stringMatching(/^[ \t\r\n]{0,3}$/);

describe('a body', () => {
  test('that is an array has the elements that JSON says, however it is spaced', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.jsonValue(), space, space)), space, space, (items, before, after) => {
        const text = items.map(([value, left, right]) => left + JSON.stringify(value) + right).join(',');
        const body = `${before}[${text}]${after}`;
        assert.deepEqual(parsed(body, true), JSON.parse(body));
      }),
      { seed: 1, numRuns: rounds(300, 80) },
    );
  });

  test('that is no array is refused, or has an element that is none', () => {
    for (const body of [
      '',
      '{}',
      '[',
      '[1',
      '[1,',
      '[1,]',
      '[,1]',
      '[1] 2',
      '["a]',
      '["a\\"]',
      '[{]',
      '[}',
      ']',
      'x',
    ]) {
      const isRefused = () => parsed(body, true).some((item) => item instanceof HitError);
      try {
        assert.ok(isRefused(), body);
      } catch (error) {
        assert.equal((error as HitError).code, 'invalid', body);
      }
    }
  });

  test('of lines has an item for each that is not blank', () => {
    assert.deepEqual(parsed('{"a":1}\r\n\n  \n 2\n"é\u2028"', false), [{ a: 1 }, 2, 'é\u2028']);
    assert.deepEqual(parsed('\n\n', false), []);
  });

  test('has no item larger than a hit may be', () => {
    const [small, large] = parsed(`["${'x'.repeat(65_534)}","${'x'.repeat(65_535)}"]`, true);
    assert.equal((small as string).length, 65_534);
    assert.equal((large as HitError).code, 'too_large');
  });
});
