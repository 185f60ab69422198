import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BOT_KINDS, BOTS } from './bot.ts';
import { CLICK_IDS } from './click-id.ts';
import { LEAST_PARTS, MOST_PARTS } from './host-keys.ts';
import { CATEGORIES, DIRECT, keysOf, SOURCE_OF_KEY, SOURCES } from './source-list.ts';
import { sourceOf } from './source-name.ts';
import { readTable } from './table.ts';

const HOST = /^[a-z0-9-]+(?:\.[a-z0-9_-]+)*\.(?:\*|[a-z0-9]+)$/;

test('each source has a unique name, a known category, and a host or tag', () => {
  assert.equal(new Set(SOURCES.map(({ name }) => name)).size, SOURCES.length);
  for (const { name, category, hosts, tags, ads } of SOURCES) {
    assert.match(name, /^\S.*\S$|^\S$/);
    assert.ok(category === '' || CATEGORIES.includes(category), `${name}: ${category}`);
    assert.ok(hosts.length + ads.length + tags.length > 0, name);
  }
  assert.equal(SOURCE_OF_KEY.get('')?.name, DIRECT);
});

test('each host and each tag occurs once, in lower case', () => {
  const keys = SOURCES.flatMap(keysOf);
  const twice = keys.filter((key, place) => keys.indexOf(key) !== place);
  assert.deepEqual(twice, []);
  for (const key of keys) assert.match(key, /^[^A-Z,]*$/);
});

test('each host is valid, and a wildcard domain has no more parts than are looked up', () => {
  for (const host of SOURCES.flatMap(({ hosts }) => hosts)) {
    assert.match(host.replace('=', ''), HOST);
    const parts = host.split('.').length;
    if (!host.startsWith('=')) assert.ok(parts >= LEAST_PARTS && parts <= MOST_PARTS, host);
  }
});

test('no host is listed beside its own parent domain', () => {
  for (const { hosts } of SOURCES) {
    for (const host of hosts) {
      const parts = host.replace('=', '').split('.');
      const above = parts.map((_, place) => parts.slice(place + 1).join('.'));
      assert.deepEqual(
        above.filter((domain) => hosts.includes(domain)),
        [],
        host,
      );
    }
  }
});

test('each listed host has the name of its line', () => {
  for (const { name, hosts } of SOURCES) {
    for (const host of hosts)
      assert.equal(sourceOf(host.replace('=', '').replace('*', 'com'))?.name, name, host);
  }
});

test('each line of a list has all its cells, none of them blank', () => {
  for (const [file, cells] of [
    ['sources.tsv', 5],
    ['click-ids.tsv', 4],
    ['bots.tsv', 3],
  ] as const) {
    for (const line of readTable(file)) {
      assert.equal(line.length, cells, line.join('\t'));
      for (const cell of line) assert.equal(cell, cell.trim());
    }
  }
});

test('each click id belongs to one or two listed sources', () => {
  const names = SOURCES.map(({ name }) => name);
  for (const { parameter, source, use, category } of CLICK_IDS) {
    assert.match(parameter, /^[a-z_]+$/);
    assert.ok(source === '' || names.includes(source), source);
    assert.ok(['paid', 'organic', 'any'].includes(use));
    assert.ok(category !== '' && CATEGORIES.includes(category));
  }
});

test('each bot occurs once, in lower case, with a known kind', () => {
  const names = readTable('bots.tsv').flatMap(([, , names = '']) => names.split(', '));
  assert.equal(BOTS.size, names.length, names.filter((name, place) => names.indexOf(name) !== place).join());
  for (const [name, { kind }] of BOTS) {
    assert.equal(name, name.toLowerCase());
    assert.ok(BOT_KINDS.includes(kind), kind);
  }
});
