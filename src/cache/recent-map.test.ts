import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentMap } from './recent-map.ts';

function valuesOf(map: RecentMap<string, number>, keys: string): (number | undefined)[] {
  return Array.from(keys, (key) => map.get(key));
}

test('the entry that was set longest ago makes room, however often it was read', () => {
  const map = new RecentMap<string, number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.get('a');
  map.set('c', 3);
  assert.deepEqual(valuesOf(map, 'abc'), [undefined, 2, 3]);
});

test('an entry that is set again is a recent one', () => {
  const map = new RecentMap<string, number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.set('a', 3);
  map.set('c', 4);
  assert.deepEqual(valuesOf(map, 'abc'), [3, undefined, 4]);
});

test('deleted entries leave room', () => {
  const map = new RecentMap<string, number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.delete('b');
  map.set('c', 3);
  assert.deepEqual(valuesOf(map, 'abc'), [1, undefined, 3]);
  map.clear();
  assert.deepEqual(valuesOf(map, 'abc'), [undefined, undefined, undefined]);
});
