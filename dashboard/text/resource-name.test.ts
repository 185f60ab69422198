import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resourceName } from './resource-name.ts';

test('a name has at most 100 characters, and no half of one', () => {
  assert.equal(resourceName(' Page /cart '), 'Page /cart');
  assert.equal(resourceName('x'.repeat(200)), 'x'.repeat(100));
  assert.equal(resourceName(`${'x'.repeat(99)}😀`), 'x'.repeat(99));
  assert.equal(resourceName(`${'x'.repeat(98)}😀y`), `${'x'.repeat(98)}😀`);
});
