import assert from 'node:assert/strict';
import { test } from 'node:test';
import { event, propsOf, signal, timeOf, view } from './story.ts';
import { visitsOf } from './visit.ts';
import type { VisitHit } from './visit-hit.ts';

/** Pages and events of each visit. */
function shapes(hits: readonly VisitHit[]): string[] {
  return visitsOf(hits).map((visit) =>
    visit.hits.map(({ kind, hit }) => (kind === 'pageview' ? hit.path : hit.name)).join(' '),
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

test('a late hit joins the two visits around it', () => {
  const hits = [view('ann', '10:00', '/a'), view('ann', '10:40', '/c'), view('ann', '10:20', '/b')];
  assert.deepEqual(shapes(hits), ['/a /b /c']);
});

test('hits with equal times keep their order of arrival', () => {
  const hits = [view('ann', '10:00', '/z'), view('ann', '10:00', '/a'), view('ann', '10:00', '/m')];
  const [visit] = visitsOf(hits);
  assert.deepEqual([visit!.first.path, visit!.exitPage], ['/z', '/m']);
});

test('each visitor has visits of their own, on each site', () => {
  const hits = [
    view('ann', '10:00', '/a'),
    view('bob', '10:01', '/b'),
    view('ann', '10:02', '/c', { site: 'other.example' }),
  ];
  assert.deepEqual(shapes(hits), ['/a', '/b', '/c']);
});

test('a bot with the id of a visitor does not extend the visit', () => {
  const hits = [
    view('ann', '10:00', '/a'),
    view('ann', '10:20', '/b', { bot: 'Googlebot' }),
    view('ann', '10:40', '/c'),
  ];
  assert.deepEqual(shapes(hits), ['/a', '/c', '/b']);
});

test('an engagement signal extends a visit', () => {
  const hits = [view('ann', '10:00', '/a'), signal('ann', '10:20', '/a', 60), view('ann', '10:40', '/b')];
  assert.deepEqual(shapes(hits), ['/a engagement /b']);
});

test('an engagement signal at the end is part of the duration', () => {
  const [visit] = visitsOf([view('ann', '10:00', '/a'), signal('ann', '10:02', '/a', 60)]);
  assert.equal(visit!.duration, 120_000);
});

test('an engagement signal after a long silence does not start a visit', () => {
  const hits = [view('ann', '10:00', '/a'), signal('ann', '10:45', '/a', 60), view('ann', '11:00', '/b')];
  assert.deepEqual(shapes(hits), ['/a', '/b']);
});

test('a visit of one page view is a bounce, even with engagement signals', () => {
  const [visit] = visitsOf([view('ann', '10:00', '/a'), signal('ann', '10:02', '/a', 60)]);
  assert.equal(visit!.isBounce, true);
});

test('a visit with an event is not a bounce', () => {
  assert.equal(visitsOf([view('ann', '10:00', '/a'), event('ann', '10:01', 'signup')])[0]!.isBounce, false);
});

test('a non-interactive event counts as an event but not against a bounce', () => {
  const [visit] = visitsOf([
    view('ann', '10:00', '/a'),
    event('ann', '10:01', 'impression', { interactive: false }),
  ]);
  assert.deepEqual([visit!.isBounce, visit!.events], [true, 1]);
});

test('a visit without a page view is not a bounce and has no exit page', () => {
  const [visit] = visitsOf([event('ann', '10:00', 'impression', { interactive: false })]);
  assert.deepEqual([visit!.isBounce, visit!.exitPage], [false, '']);
});

test('the exit page is that of the last page view, not that of a later event', () => {
  const [visit] = visitsOf([
    view('ann', '10:00', '/a'),
    view('ann', '10:01', '/b'),
    event('ann', '10:02', 'signup', { path: '/c' }),
  ]);
  assert.equal(visit!.exitPage, '/b');
});

test('the scroll depth of a visit is its greatest one, and unknown if no signal has one', () => {
  const hits = [
    view('ann', '10:00', '/a'),
    signal('ann', '10:01', '/a', 1, 70),
    signal('ann', '10:02', '/b', 1, 30),
  ];
  assert.equal(visitsOf(hits)[0]!.scroll, 70);
  assert.equal(visitsOf([view('ann', '10:00', '/a'), signal('ann', '10:01', '/a', 1)])[0]!.scroll, null);
});

test('a property is a number if it is a JSON number or a string with a plain decimal', () => {
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

test('a visit starts with its earliest hit, in whatever order hits arrive', () => {
  const hits = [view('ann', '10:10', '/b'), view('ann', '10:00', '/a')];
  assert.equal(visitsOf(hits)[0]!.start, timeOf('10:00'));
});
