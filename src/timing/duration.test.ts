import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDuration } from './duration.ts';

test('a duration is a number and a unit', () => {
  const texts = ['0s', '17s', '5m', '24h', '30d', '99999999d'];
  assert.deepEqual(texts.map(readDuration), [0, 17, 300, 86_400, 2_592_000, 99_999_999 * 86_400]);
});

test('anything else is no duration', () => {
  for (const text of ['', 's', '5', '5 m', '-5m', '1.5h', '5M', '5w', '5ms', '5m5s', '1e3s', '123456789s']) {
    assert.equal(readDuration(text), undefined, text);
  }
});
