import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { PublicSites } from './public-sites.ts';
import { Tokens } from './tokens.ts';

const NOON = Date.UTC(2026, 10, 24, 12, 34);
const unusable = { code: 'data_dir_unusable' };

describe('a token', () => {
  test('is valid for its scope, even after a restart, until it is revoked', (t) => {
    const folder = temporaryFolder(t);
    const tokens = new Tokens(folder, () => NOON);
    const read = tokens.create('reports', 'read');
    const write = tokens.create('  shop  ', 'write');
    for (const each of [tokens, new Tokens(folder, () => NOON)]) {
      assert.equal(each.scopeOf(read.token), 'read');
      assert.equal(each.scopeOf(write.token), 'write');
      assert.equal(each.scopeOf(`${write.token}x`), undefined);
      assert.deepEqual(
        each.list().map(({ name, scope }) => [name, scope]),
        [
          ['reports', 'read'],
          ['shop', 'write'],
        ],
      );
    }
    assert.equal(tokens.revoke(read.id), true);
    assert.equal(tokens.revoke(read.id), false);
    for (const each of [tokens, new Tokens(folder, () => NOON)]) {
      assert.equal(each.scopeOf(read.token), undefined);
      assert.equal(each.scopeOf(write.token), 'write');
    }
  });

  test('is not stored itself, and its file is readable only by its owner', (t) => {
    const folder = temporaryFolder(t);
    const { token } = new Tokens(folder, () => NOON).create('reports', 'read');
    const path = join(folder, 'tokens.json');
    assert.doesNotMatch(readFileSync(path, 'utf8'), new RegExp(token.slice(3)));
    assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  test('has its last use, to the hour', (t) => {
    const tokens = new Tokens(temporaryFolder(t), () => NOON);
    const { token } = tokens.create('reports', 'read');
    assert.equal(tokens.list()[0]!.used, null);
    tokens.scopeOf(token);
    assert.equal(tokens.list()[0]!.used, '2026-11-24T12:00:00.000Z');
  });

  test('has a name, and there are at most a hundred', (t) => {
    const tokens = new Tokens(temporaryFolder(t), () => NOON);
    for (const name of ['', '   ', 'x'.repeat(101), 'a\nb']) {
      assert.throws(() => tokens.create(name, 'read'), { code: 'invalid' });
    }
    for (let i = 0; i < 100; i++) tokens.create(`token ${i}`, 'read');
    assert.throws(() => tokens.create('one more', 'read'), { code: 'invalid', message: /revoke/ });
  });
});

test('a damaged file of tokens or public sites is reported and not overwritten', (t) => {
  const folder = temporaryFolder(t);
  for (const text of ['', '{', '[]', '{"tokens":[{"id":"1"}],"public":[1]}', '{"tokens":{},"public":{}}']) {
    for (const file of ['tokens.json', 'sites.json']) writeFileSync(join(folder, file), text);
    assert.throws(() => new Tokens(folder, () => NOON), unusable, text);
    assert.throws(() => new PublicSites(folder), unusable, text);
    assert.equal(readFileSync(join(folder, 'tokens.json'), 'utf8'), text);
  }
});

test('a site stays public until that is changed, even after a restart', (t) => {
  const folder = temporaryFolder(t);
  const sites = new PublicSites(folder);
  sites.set('b.example', true);
  sites.set('a.example', true);
  sites.set('b.example', false);
  for (const each of [sites, new PublicSites(folder)]) {
    assert.deepEqual([each.has('a.example'), each.has('b.example')], [true, false]);
  }
});
