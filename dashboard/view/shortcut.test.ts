import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actionOf, keyOf, SHORTCUTS } from './shortcut.ts';

const press = (key: string, held: object = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...held,
});

test('keys work in upper and lower case', () => {
  assert.deepEqual(actionOf(press('d')), { period: 'day' });
  assert.deepEqual(actionOf(press('D')), { period: 'day' });
  assert.deepEqual(actionOf(press('ArrowLeft')), { step: -1 });
  assert.equal(actionOf(press('x')), 'compare');
  assert.equal(actionOf(press('q')), undefined);
});

test('key combinations are left to the browser', () => {
  for (const held of ['ctrlKey', 'metaKey', 'altKey'])
    assert.equal(actionOf(press('w', { [held]: true })), undefined);
});

test('no key has two actions', () => {
  assert.equal(new Set(SHORTCUTS.map(({ key }) => key)).size, SHORTCUTS.length);
  assert.equal(keyOf('12mo'), 'Y');
});
