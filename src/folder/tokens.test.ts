import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { Tokens } from './tokens.ts';

const HOUR = 3_600_000;

test('a token opens what it is for, also after a restart, until it is revoked', (t) => {
  const folder = temporaryFolder(t);
  const { token, entry } = Tokens.open(folder, Date.now).create(' reports ', 'read');
  assert.equal(entry.name, 'reports');
  const tokens = Tokens.open(folder, Date.now);
  assert.equal(tokens.scopeOf(token), 'read');
  assert.equal(tokens.scopeOf(`${token}x`), undefined);
  assert.ok(tokens.revoke(entry.id));
  assert.ok(!tokens.revoke(entry.id));
  assert.equal(tokens.scopeOf(token), undefined);
  assert.equal(Tokens.open(folder, Date.now).scopeOf(token), undefined);
});

test('no token is on the disk, and its file is for its owner alone', (t) => {
  const folder = temporaryFolder(t);
  const { token } = Tokens.open(folder, Date.now).create('a', 'write');
  const path = join(folder, 'tokens.json');
  assert.ok(!readFileSync(path, 'utf8').includes(token));
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('it is known when a token was last used, to the hour', (t) => {
  let now = Date.UTC(2026, 10, 24);
  const tokens = Tokens.open(temporaryFolder(t), () => now);
  const { token } = tokens.create('a', 'read');
  assert.equal(tokens.entries[0]?.used, null);
  tokens.scopeOf(token);
  now += HOUR / 2;
  tokens.scopeOf(token);
  assert.equal(tokens.entries[0]?.used, '2026-11-24T00:00:00.000Z');
  now += HOUR;
  tokens.scopeOf(token);
  assert.equal(tokens.entries[0]?.used, '2026-11-24T01:30:00.000Z');
});

test('there are a hundred tokens at most, with names', (t) => {
  const tokens = Tokens.open(temporaryFolder(t), Date.now);
  for (const name of ['', ' ', 'x'.repeat(101)])
    assert.throws(() => tokens.create(name, 'read'), { code: 'invalid' });
  for (let i = 0; i < 100; i++) tokens.create(`token ${i}`, 'read');
  assert.throws(() => tokens.create('one more', 'read'), /revoke one first/);
});

test('a damaged file is not taken for one without tokens', (t) => {
  const folder = temporaryFolder(t);
  for (const text of ['', '{}', '{"tokens":[{"id":"x"}]}', 'null']) {
    writeFileSync(join(folder, 'tokens.json'), text);
    assert.throws(() => Tokens.open(folder, Date.now), { code: 'data_dir_unusable' });
  }
});
