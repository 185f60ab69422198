import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readScreen } from './screen.ts';

test('a screen is told by its width, its size, or its class', () => {
  for (const [told, name] of [
    ...([
      [0, 'Mobile'],
      [575.5, 'Mobile'],
      [576, 'Tablet'],
      ['991', 'Tablet'],
      ['992x600', 'Laptop'],
    ] as const),
    ...([
      ['1439', 'Laptop'],
      [1440, 'Desktop'],
      ['99999', 'Desktop'],
      ['Laptop', 'Laptop'],
    ] as const),
  ]) {
    assert.equal(readScreen(told), name, String(told));
  }
});

test('a screen of which nothing is told is unknown', () => {
  for (const nothing of [undefined, null, '']) assert.equal(readScreen(nothing), '');
});

test('a screen that is told in another way is wrong', () => {
  for (const wrong of [-1, Number.NaN, 'wide', 'laptop', '12px', '390x', '123456', {}, [390], true]) {
    assert.equal(readScreen(wrong), undefined, JSON.stringify(wrong));
  }
});
