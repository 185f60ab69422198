import assert from 'node:assert/strict';
import { test } from 'node:test';
import { looksRotated, rotatedFrom } from './rotated-name.ts';

test('a number, a date or the extension of a compression after a name, or before its extension, makes it that of a rotated log', () => {
  for (const name of [
    'access.log.1',
    'access.log.12.gz',
    'access.log-20261130',
    'access.log-20261130-1764500000.zst',
    'access.log.2026-11-30',
    'access-2026-11-30.log',
    'access-2026-11-30T10:00:00Z.log.xz',
    'access.3.log',
    'access.log.gz',
    'access.log.old',
  ]) {
    assert.ok(rotatedFrom(name).includes('access.log'), name);
  }
  assert.ok(rotatedFrom('access_log.1764547200').includes('access_log'));
  assert.ok(rotatedFrom('app-1.log.2').includes('app-1.log'));
  assert.ok(rotatedFrom('web.10.1').includes('web.10'));
});

test('names of other logs in the same folder are not those of rotated ones', () => {
  for (const name of [
    'access.log',
    'error.log.1',
    'other_access.log.1',
    'access.log.bak',
    'access.log1',
    'access-eu.log',
  ]) {
    assert.ok(!rotatedFrom(name).includes('access.log'), name);
  }
});

test('a name that ends with a number or the extension of a compression is that of a log that is no longer written to', () => {
  const rotated = ['access.log.1', 'access.log-20261130', 'access.log.gz', 'access.log.old'];
  assert.deepEqual(rotated.map(looksRotated), [true, true, true, true]);
  assert.deepEqual(['access.log', 'access_log', 'access-20261130.log'].map(looksRotated), [
    false,
    false,
    false,
  ]);
});
