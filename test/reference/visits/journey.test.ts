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

function ways(hits: readonly VisitHit[], query: Partial<JourneyQuery>): unknown[] {
  const answer = reference(hits).journey({ period: MAY, page: '/a', direction: 'after', steps: 2, ...query });
  return answer.ways.map(({ pages, visits }) => [...pages, visits]);
}

test('ways after a page are counted by visits, and end with null', () => {
  const hits = [...walk('ann', '/', '/a', '/b', '/c'), ...walk('bob', '/a', '/b'), ...walk('cat', '/a')];
  assert.deepEqual(ways(hits, {}), [
    ['/b', 2],
    [null, 1],
    ['/b', null, 1],
    ['/b', '/c', 1],
  ]);
});

test('ways before a page go back, and null is the begin of the visit', () => {
  const hits = [...walk('ann', '/', '/b', '/a'), ...walk('bob', '/a', '/b')];
  assert.deepEqual(ways(hits, { direction: 'before' }), [
    [null, 1],
    ['/b', 1],
    ['/b', '/', 1],
  ]);
});

test('a page that is viewed several times in a row is one step', () => {
  assert.deepEqual(ways(walk('ann', '/a', '/a', '/b', '/b'), {}), [
    ['/b', 1],
    ['/b', null, 1],
  ]);
});

test('a visit counts by its first view of the page, and before it by its last', () => {
  const hits = walk('ann', '/a', '/b', '/a', '/c');
  assert.deepEqual(ways(hits, { steps: 1 }), [['/b', 1]]);
  assert.deepEqual(ways(hits, { steps: 1, direction: 'before' }), [['/b', 1]]);
});

test('events and signals are no steps, and a way is within a visit', () => {
  const hits = [
    view('ann', '10:00', '/a'),
    event('ann', '10:01', 'x', { path: '/x' }),
    signal('ann', '10:02', '/y', 1),
    view('ann', '12:00', '/b'),
  ];
  assert.deepEqual(ways(hits, {}), [[null, 1]]);
});

test('each way has at most so many that go on from it', () => {
  const hits = [
    ...walk('ann', '/a', '/b', '/d'),
    ...walk('bob', '/a', '/c', '/e'),
    ...walk('cat', '/a', '/c', '/f'),
  ];
  assert.deepEqual(ways(hits, { limit: 1 }), [
    ['/c', 2],
    ['/c', '/e', 1],
  ]);
});
