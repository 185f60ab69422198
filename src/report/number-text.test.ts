import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesText, changeText, numberText, percentText, wholeText } from './number-text.ts';

test('thousands are separated, and at most three decimal places shown', () => {
  assert.deepEqual([0, 1234567, 0.12345].map(numberText), ['0', '1,234,567', '0.123']);
  assert.deepEqual([1234.5, 0.4].map(wholeText), ['1,235', '0']);
});

test('a size has the unit in which it is smaller than 1,024', () => {
  const sizes = [0, 17, 1023, 1024, 1.5 * 2 ** 20, 100 * 2 ** 20, 2 ** 40, 5000 * 2 ** 40];
  assert.deepEqual(sizes.map(bytesText), [
    ...['0 bytes', '17 bytes', '1,023 bytes', '1.0 KiB', '1.5 MiB', '100 MiB', '1.0 TiB', '5000 TiB'],
  ]);
});

test('a share has one decimal place, and a change a sign unless it rounds to zero', () => {
  assert.equal(percentText(0.1234), '12.3 %');
  assert.deepEqual([12.34, -5, 0.04, -0.04, 1234].map(changeText), [
    '+12.3 %',
    '-5.0 %',
    '0.0 %',
    '0.0 %',
    '+1,234.0 %',
  ]);
});
