import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathsInOrder } from './journey-paths.ts';

test('each path is followed by its continuations, those with the most visits first', () => {
  const path = (visits: number, ...pages: (string | null)[]) => ({ pages, visits });
  const ordered = pathsInOrder([
    path(1, '/b'),
    path(9, '/a'),
    path(4, '/a', null),
    path(5, '/a', '/b'),
    path(5, '/a', '/b', '/a'),
    path(1, '/b', null),
  ]);
  assert.deepEqual(
    ordered.map(({ pages }) => pages),
    [['/a'], ['/a', '/b'], ['/a', '/b', '/a'], ['/a', null], ['/b'], ['/b', null]],
  );
});
