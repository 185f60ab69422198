import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readCurrency, readValue } from './worth.ts';

describe('a value', () => {
  test('is a decimal number, exact as text, and rounded to eight digits as number', () => {
    for (const [told, value] of [
      ...([
        ['19.90', '19.90'],
        ['-5', '-5'],
        ['0', '0'],
        [19.9, '19.9'],
        [0, '0'],
        [100, '100'],
      ] as const),
      ...([
        [0.1 + 0.2, '0.3'],
        [1e-8, '0.00000001'],
        [-2.5, '-2.5'],
        [1e20, '100000000000000000000'],
      ] as const),
      [`${'9'.repeat(30)}.${'9'.repeat(8)}`, `${'9'.repeat(30)}.${'9'.repeat(8)}`],
    ] as const) {
      assert.equal(readValue(told), value);
    }
    for (const nothing of [undefined, null, '']) assert.equal(readValue(nothing), '');
  });

  test('is wrong where it is no such number', () => {
    for (const wrong of [
      ...['1,5', '1e3', '.5', '5.', '+1', ' 1', '0x1', '--1', 'NaN', '1.123456789', '1'.repeat(31)],
      ...[Number.NaN, Number.POSITIVE_INFINITY, 1e21, true, {}, [1]],
    ]) {
      assert.equal(readValue(wrong), undefined, String(wrong));
    }
  });

  test('of any number has at most the digits that the store keeps', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -1e20, max: 1e20 }), (number) => {
        assert.match(readValue(number)!, /^-?\d{1,30}(\.\d{1,8})?$/);
        assert.ok(Math.abs(Number(readValue(number)) - number) <= Math.max(5.1e-9, Math.abs(number) * 1e-15));
      }),
      { seed: 3 },
    );
  });
});

describe('a currency', () => {
  test('is a code of ISO 4217, in any case', () => {
    assert.deepEqual([readCurrency('EUR'), readCurrency('usd'), readCurrency('')], ['EUR', 'USD', '']);
  });

  test('is wrong where there is none of this name', () => {
    for (const wrong of ['XXZ', 'EURO', '€', 'EU', 1, {}]) {
      assert.equal(readCurrency(wrong), undefined, String(wrong));
    }
  });
});
