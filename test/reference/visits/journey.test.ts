import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JourneyQuery } from './query.ts';
import { reference } from './reference.ts';
import { event, MAY, signal, view } from './story.ts';
import type { VisitHit } from './visit-hit.ts';

/** Pages of a visit, a minute each. */
function walk(who: string, ...pages: string[]): VisitHit[] {
  return pages.map((page, minute) => view(who, `10:${String(minute).padStart(2, '0')}`, page));
}

function paths(hits: readonly VisitHit[], query: Partial<JourneyQuery>): unknown[] {
  const answer = reference(hits).journey({ period: MAY, page: '/a', direction: 'after', steps: 2, ...query });
  return answer.paths.map(({ pages, visits }) => [...pages, visits]);
}

test('paths after a page count visits, and null is their end', () => {
  const hits = [...walk('ann', '/', '/a', '/b', '/c'), ...walk('bob', '/a', '/b'), ...walk('cat', '/a')];
  assert.deepEqual(paths(hits, {}), [
    ['/b', 2],
    [null, 1],
    ['/b', null, 1],
    ['/b', '/c', 1],
  ]);
});

test('paths before a page go back, and null is the start of the visit', () => {
  const hits = [...walk('ann', '/', '/b', '/a'), ...walk('bob', '/a', '/b')];
  assert.deepEqual(paths(hits, { direction: 'before' }), [
    [null, 1],
    ['/b', 1],
    ['/b', '/', 1],
  ]);
});

test('consecutive views of a page are one step', () => {
  assert.deepEqual(paths(walk('ann', '/a', '/a', '/b', '/b'), {}), [
    ['/b', 1],
    ['/b', null, 1],
  ]);
});

test('paths go on from the first view of the page, and back from the last', () => {
  const hits = walk('ann', '/a', '/b', '/a', '/c');
  assert.deepEqual(paths(hits, { steps: 1 }), [['/b', 1]]);
  assert.deepEqual(paths(hits, { steps: 1, direction: 'before' }), [['/b', 1]]);
});

test('paths consist of page views and stay within a visit', () => {
  const hits = [
    view('ann', '10:00', '/a'),
    event('ann', '10:01', 'x', { path: '/x' }),
    signal('ann', '10:02', '/y', 1),
    view('ann', '12:00', '/b'),
  ];
  assert.deepEqual(paths(hits, {}), [[null, 1]]);
});

test('each path has a limited number of continuations', () => {
  const hits = [
    ...walk('ann', '/a', '/b', '/d'),
    ...walk('bob', '/a', '/c', '/e'),
    ...walk('cat', '/a', '/c', '/f'),
  ];
  assert.deepEqual(paths(hits, { limit: 1 }), [
    ['/c', 2],
    ['/c', '/e', 1],
  ]);
});
