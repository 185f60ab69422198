import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY, HOUR, MINUTE } from '../../src/timing/units.ts';
import { isSilent, type SiteLine, sitesInOrder } from './site-list.ts';

const NOW = 1_800_000_000_000;
const line = (site: string, more: Partial<SiteLine> = {}): SiteLine => ({
  ...{ site, visitors: 0, hits: 0, change: null, live: null, last: NOW },
  ...more,
});

test('sites are in order of a column, either way, with unknown values last and ties by name', () => {
  const lines = [
    line('c', { visitors: 5, change: null }),
    line('a', { visitors: 5, change: -3 }),
    line('b', { visitors: 9, change: 12 }),
  ];
  const names = (order: Parameters<typeof sitesInOrder>[2]) =>
    sitesInOrder(lines, '', order).map(({ site }) => site);
  assert.deepEqual(names({ column: 'visitors', isDescending: true }), ['b', 'a', 'c']);
  assert.deepEqual(names({ column: 'visitors', isDescending: false }), ['a', 'c', 'b']);
  assert.deepEqual(names({ column: 'change', isDescending: true }), ['b', 'a', 'c']);
  assert.deepEqual(names({ column: 'change', isDescending: false }), ['a', 'b', 'c']);
  assert.deepEqual(names({ column: 'site', isDescending: true }), ['c', 'b', 'a']);
});

test('a search finds sites by a part of their name, in any case', () => {
  const lines = [line('shop.example'), line('docs.example')];
  const found = sitesInOrder(lines, ' SHOP', { column: 'site', isDescending: false });
  assert.deepEqual(
    found.map(({ site }) => site),
    ['shop.example'],
  );
});

test('a busy site is silent after an hour, and a quiet one only after ten times its usual pause', () => {
  const busy = line('a', { hits: 30_000, last: NOW - 61 * MINUTE });
  assert.equal(isSilent(busy, NOW, 30 * DAY), true);
  assert.equal(isSilent({ ...busy, last: NOW - 59 * MINUTE }, NOW, 30 * DAY), false);
  const quiet = line('b', { hits: 60, last: NOW - 4 * DAY });
  assert.equal(isSilent(quiet, NOW, 30 * DAY), false);
  assert.equal(isSilent({ ...quiet, last: NOW - 5 * DAY - HOUR }, NOW, 30 * DAY), true);
  assert.equal(isSilent(line('c', { last: NOW - 40 * DAY }), NOW, 30 * DAY), false);
});
