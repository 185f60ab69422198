import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare, decimalOf, digitsOf, divided, sum, textOf } from './decimal.ts';
import { matcherOf } from './wildcard.ts';

test('sums are exact, with at least the requested digits', () => {
  const add = (a: string, b: string) => textOf(sum(decimalOf(a)!, decimalOf(b)!), 2);
  assert.equal(add('0.1', '0.2'), '0.30');
  assert.equal(add('-0.005', '0'), '-0.005');
  assert.equal(add('99999999999999999999.99', '0.01'), '100000000000000000000.00');
});

test('quotients are rounded half away from zero', () => {
  const part = (text: string, by: number, digits: number) =>
    textOf(divided(decimalOf(text)!, by, digits), digits);
  assert.equal(part('0.03', 2, 2), '0.02');
  assert.equal(part('-0.03', 2, 2), '-0.02');
  assert.equal(part('10', 3, 2), '3.33');
  assert.equal(part('5', 2, 0), '3');
});

test('decimals with different numbers of digits are compared by value', () => {
  assert.equal(compare(decimalOf('1.50')!, decimalOf('1.5')!), 0);
  assert.ok(compare(decimalOf('-2')!, decimalOf('-1.99')!) < 0);
});

test('anything but a plain decimal is rejected', () => {
  for (const text of ['', '1e3', ' 1', '1.', '.5', '+1', '1,5']) assert.equal(decimalOf(text), undefined);
});

test('currencies have their own number of digits', () => {
  assert.deepEqual(['EUR', 'JPY', 'KWD'].map(digitsOf), [2, 0, 3]);
});

test('a star matches any characters, and a literal star after a backslash', () => {
  const cases = [
    ['/a*', '/a'],
    ['/a*', '/a/b'],
    ['*', ''],
    ['/*/x/*', '/a/x/'],
    ['a\\*b', 'a*b'],
    ['a*a', 'aa'],
  ] as const;
  for (const [pattern, text] of cases) assert.equal(matcherOf(pattern)(text), true, `${pattern} ${text}`);
});

test('a pattern matches the whole text, and its pieces do not overlap', () => {
  const cases = [
    ['/a', '/ab'],
    ['a*a', 'a'],
    ['a\\*b', 'axb'],
    ['*ab*ab*', 'abab'.slice(1)],
    ['A', 'a'],
  ] as const;
  for (const [pattern, text] of cases) assert.equal(matcherOf(pattern)(text), false, `${pattern} ${text}`);
});
