import assert from 'node:assert/strict';
import { test } from 'node:test';
import { event, propsOf, signal, timeOf, view } from './story.ts';
import { visitsOf } from './visit.ts';
import type { VisitHit } from './visit-hit.ts';

/** Pages and events of each visit. */
function shapes(hits: readonly VisitHit[]): string[] {
  return visitsOf(hits).map((visit) =>
    visit.hits.map(({ is, hit }) => (is === 'pageview' ? hit.path : hit.name)).join(' '),
  );
}

test('a silence of a millisecond less than 30 minutes does not end a visit', () => {
  assert.deepEqual(shapes([view('ann', '10:00', '/a'), view('ann', '10:29:59.999', '/b')]), ['/a /b']);
});

test('a silence of exactly 30 minutes ends a visit', () => {
  assert.deepEqual(shapes([view('ann', '10:00', '/a'), view('ann', '10:30:00.000', '/b')]), ['/a', '/b']);
});

test('a silence of a millisecond more than 30 minutes ends a visit', () => {
  assert.deepEqual(shapes([view('ann', '10:00', '/a'), view('ann', '10:30:00.001', '/b')]), ['/a', '/b']);
});

test('a visit may last for hours if no silence in it is long', () => {
  const times = ['10:00', '10:25', '10:50', '11:15', '11:40'];
  assert.equal(visitsOf(times.map((time) => view('ann', time, '/')))[0]!.duration, 100 * 60_000);
});

test('a hit that comes late joins two visits that it is between', () => {
  const hits = [view('ann', '10:00', '/a'), view('ann', '10:40', '/c'), view('ann', '10:20', '/b')];
  assert.deepEqual(shapes(hits), ['/a /b /c']);
});

test('hits with equal times keep the order in which they came', () => {
  const hits = [view('ann', '10:00', '/z'), view('ann', '10:00', '/a'), view('ann', '10:00', '/m')];
  const [visit] = visitsOf(hits);
  assert.deepEqual([visit!.first.path, visit!.exitPage], ['/z', '/m']);
});

test('visitors, and sites of one visitor, have visits of their own', () => {
  const hits = [
    view('ann', '10:00', '/a'),
    view('bob', '10:01', '/b'),
    view('ann', '10:02', '/c', { site: 'other.example' }),
  ];
  assert.deepEqual(shapes(hits), ['/a', '/b', '/c']);
});

test('a bot with the id of a visitor does not prolong the visit', () => {
  const hits = [
    view('ann', '10:00', '/a'),
    view('ann', '10:20', '/b', { bot: 'Googlebot' }),
    view('ann', '10:40', '/c'),
  ];
  assert.deepEqual(shapes(hits), ['/a', '/c', '/b']);
});

test('an engagement signal prolongs a visit', () => {
  const hits = [view('ann', '10:00', '/a'), signal('ann', '10:20', '/a', 60), view('ann', '10:40', '/b')];
  assert.deepEqual(shapes(hits), ['/a engagement /b']);
});

test('an engagement signal at the end is part of the duration', () => {
  const [visit] = visitsOf([view('ann', '10:00', '/a'), signal('ann', '10:02', '/a', 60)]);
  assert.equal(visit!.duration, 120_000);
});

test('an engagement signal after a long silence begins no visit', () => {
  const hits = [view('ann', '10:00', '/a'), signal('ann', '10:45', '/a', 60), view('ann', '11:00', '/b')];
  assert.deepEqual(shapes(hits), ['/a', '/b']);
});

test('a visit of one page view is a bounce, with signals too', () => {
  const [visit] = visitsOf([view('ann', '10:00', '/a'), signal('ann', '10:02', '/a', 60)]);
  assert.equal(visit!.isBounce, true);
});

test('an event makes a visit no bounce', () => {
  assert.equal(visitsOf([view('ann', '10:00', '/a'), event('ann', '10:01', 'signup')])[0]!.isBounce, false);
});

test('an event that is not interactive leaves a bounce a bounce, and counts as event', () => {
  const [visit] = visitsOf([
    view('ann', '10:00', '/a'),
    event('ann', '10:01', 'impression', { interactive: false }),
  ]);
  assert.deepEqual([visit!.isBounce, visit!.events], [true, 1]);
});

test('a visit without a page view is no bounce, and has no exit page', () => {
  const [visit] = visitsOf([event('ann', '10:00', 'impression', { interactive: false })]);
  assert.deepEqual([visit!.isBounce, visit!.exitPage], [false, '']);
});

test('the exit page is that of the last page view, not of a later event', () => {
  const [visit] = visitsOf([
    view('ann', '10:00', '/a'),
    view('ann', '10:01', '/b'),
    event('ann', '10:02', 'signup', { path: '/c' }),
  ]);
  assert.equal(visit!.exitPage, '/b');
});

test('the scroll depth of a visit is its deepest, and unknown without a signal that says it', () => {
  const hits = [
    view('ann', '10:00', '/a'),
    signal('ann', '10:01', '/a', 1, 70),
    signal('ann', '10:02', '/b', 1, 30),
  ];
  assert.equal(visitsOf(hits)[0]!.scroll, 70);
  assert.equal(visitsOf([view('ann', '10:00', '/a'), signal('ann', '10:01', '/a', 1)])[0]!.scroll, null);
});

test('a property is a number if it is one, or a text that is a plain decimal', () => {
  const props = { a: 1.5, b: '-2.50', c: '1e3', d: ' 1', e: true, f: null };
  const [{ hits } = { hits: [] }] = visitsOf([event('ann', '10:00', 'x', propsOf(props))]);
  assert.deepEqual(
    [...hits[0]!.numbers],
    [
      ['a', 1.5],
      ['b', -2.5],
    ],
  );
  assert.deepEqual([...hits[0]!.props.values()], ['1.5', '-2.50', '1e3', ' 1', 'true', 'null']);
});

test('a visit begins with its first hit, however the hits come', () => {
  const hits = [view('ann', '10:10', '/b'), view('ann', '10:00', '/a')];
  assert.equal(visitsOf(hits)[0]!.begin, timeOf('10:00'));
});
