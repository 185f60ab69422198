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
      assert.deepEqual(each.accessOf(read.token), { id: read.id, scope: 'read', sites: null });
      assert.deepEqual(each.accessOf(write.token), { id: write.id, scope: 'write', sites: null });
      assert.equal(each.accessOf(`${write.token}x`), undefined);
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
      assert.equal(each.accessOf(read.token), undefined);
      assert.deepEqual(each.accessOf(write.token), { id: write.id, scope: 'write', sites: null });
    }
  });

  test('of the scope peer is in a list that earlier versions ignore, and bound to no site', (t) => {
    const folder = temporaryFolder(t);
    const tokens = new Tokens(folder, () => NOON);
    const read = tokens.create('reports', 'read');
    const peer = tokens.create('node 2', 'peer');
    const file = JSON.parse(readFileSync(join(folder, 'tokens.json'), 'utf8'));
    const namesIn = (list: { name: string }[]) => list.map(({ name }) => name);
    assert.deepEqual([namesIn(file.tokens), namesIn(file.peers), file.bound], [['reports'], ['node 2'], []]);
    const again = new Tokens(folder, () => NOON);
    assert.deepEqual(again.accessOf(peer.token), { id: peer.id, scope: 'peer', sites: null });
    assert.deepEqual(again.accessOf(read.token), { id: read.id, scope: 'read', sites: null });
    assert.throws(() => tokens.create('node 3', 'peer', ['a.example']), {
      code: 'invalid',
      message: /^sites/,
    });
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
    tokens.accessOf(token);
    assert.equal(tokens.list()[0]!.used, '2026-11-24T12:00:00.000Z');
  });

  test('is bound to the sites that it was created for, in upper or lower case, even after a restart', (t) => {
    const folder = temporaryFolder(t);
    const tokens = new Tokens(folder, () => NOON);
    const all = tokens.create('all', 'write');
    const bound = tokens.create('some', 'read', ['B.example', 'a.example.', 'b.example:443', '[::1]']);
    const sites = ['b.example', 'a.example', '::1'];
    assert.deepEqual([all.sites, bound.sites], [null, sites]);
    for (const each of [tokens, new Tokens(folder, () => NOON)]) {
      assert.deepEqual(each.accessOf(bound.token), { id: bound.id, scope: 'read', sites });
      assert.deepEqual(each.accessOf(all.token), { id: all.id, scope: 'write', sites: null });
      assert.deepEqual(
        each.list().map((token) => token.sites),
        [null, sites],
      );
    }
  });

  test('is bound to 1 to 100 host names, or to none', (t) => {
    const tokens = new Tokens(temporaryFolder(t), () => NOON);
    const names = Array.from({ length: 101 }, (_, i) => `${i}.example`);
    for (const sites of [[], [''], ['*'], ['a.example', 'a b'], ['https://a.example'], names]) {
      assert.throws(() => tokens.create('bound', 'read', sites), { code: 'invalid', message: /^sites/ });
    }
    assert.deepEqual(tokens.list(), []);
    assert.equal(tokens.create('bound', 'read', names.slice(1)).sites?.length, 100);
  });

  test('in a file of an earlier version is for all sites, and that version ignores bound tokens', (t) => {
    const folder = temporaryFolder(t);
    const path = join(folder, 'tokens.json');
    const { token, id } = new Tokens(folder, () => NOON).create('old', 'read');
    const stored = () => JSON.parse(readFileSync(path, 'utf8')) as Record<string, { id: string }[]>;
    writeFileSync(path, JSON.stringify({ tokens: stored().tokens }));
    const tokens = new Tokens(folder, () => NOON);
    assert.deepEqual(tokens.accessOf(token), { id, scope: 'read', sites: null });
    tokens.create('new', 'read', ['a.example']);
    assert.deepEqual(
      stored().tokens!.map((each) => each.id),
      [id],
    );
    assert.ok(!('sites' in stored().tokens![0]!));
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

test('a stored token with damaged sites is reported, and does not become one for all sites', (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'tokens.json');
  new Tokens(folder, () => NOON).create('bound', 'read', ['a.example']);
  const { bound: [kept] = [] } = JSON.parse(readFileSync(path, 'utf8')) as { bound?: object[] };
  const { sites: _, ...unbound } = kept as { sites: unknown };
  const lists = [[], [''], ['A.example'], [7], 'a.example', null].map((sites) => ({ ...kept, sites }));
  for (const file of [
    ...[...lists, unbound].map((token) => ({ tokens: [], bound: [token] })),
    { tokens: [kept] },
    { tokens: [], bound: kept },
    { bound: [kept] },
  ]) {
    writeFileSync(path, JSON.stringify(file));
    assert.throws(() => new Tokens(folder, () => NOON), unusable, JSON.stringify(file));
  }
  writeFileSync(path, JSON.stringify({ tokens: [unbound], bound: [kept] }));
  assert.equal(new Tokens(folder, () => NOON).list().length, 1);
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
