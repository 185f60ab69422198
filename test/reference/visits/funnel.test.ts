import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FunnelQuery } from './query.ts';
import { reference } from './reference.ts';
import { event, MAY, MONDAY, signal, view } from './story.ts';
import type { VisitHit } from './visit-hit.ts';

const A = { kind: 'page', page: '/a' } as const;
const B = { kind: 'page', page: '/b' } as const;
const ANY = { kind: 'page', page: '*' } as const;

/** Visitors of each step. */
function visitors(
  hits: readonly VisitHit[],
  query: Partial<FunnelQuery> & Pick<FunnelQuery, 'steps'>,
): number[] {
  const answer = reference(hits).funnel({ period: MAY, within: 'visit', ...query });
  return answer.steps.map((step) => step.visitors);
}

test('steps must be in order, and anything may happen between them', () => {
  const hits = [
    ...[view('ann', '10:00', '/a'), view('ann', '10:01', '/x'), view('ann', '10:02', '/b')],
    ...[view('bob', '10:00', '/b'), view('bob', '10:01', '/a')],
  ];
  assert.deepEqual(visitors(hits, { steps: [A, B] }), [2, 1]);
});

test('one hit cannot be two steps', () => {
  assert.deepEqual(visitors([view('ann', '10:00', '/a')], { steps: [ANY, A] }), [1, 0]);
});

test('steps with equal times are in order of arrival', () => {
  const hits = [
    view('ann', '10:00', '/a'),
    view('ann', '10:00', '/b'),
    view('bob', '10:00', '/b'),
    view('bob', '10:00', '/a'),
  ];
  assert.deepEqual(visitors(hits, { steps: [A, B] }), [2, 1]);
});

test('steps in two visits complete a funnel within days, but not within a visit', () => {
  const hits = [view('ann', '10:00', '/a'), view('ann', '15:00', '/b')];
  assert.deepEqual(visitors(hits, { steps: [A, B] }), [1, 0]);
  assert.deepEqual(visitors(hits, { steps: [A, B], within: { days: 1 } }), [1, 1]);
});

test('within a day, the last step is at most 24 hours after the first', () => {
  const hits = [
    ...[view('ann', '10:00', '/a'), view('ann', '2026-05-05 10:00:00.000', '/b')],
    ...[view('bob', '10:00', '/a'), view('bob', '2026-05-05 10:00:00.001', '/b')],
  ];
  assert.deepEqual(visitors(hits, { steps: [A, B], within: { days: 1 } }), [2, 1]);
});

test('a later first step counts if more steps follow it', () => {
  const hits = [
    view('ann', '2026-05-01 10:00', '/a'),
    view('ann', '10:00', '/a'),
    view('ann', '10:01', '/b'),
  ];
  assert.deepEqual(visitors(hits, { steps: [A, B], within: { days: 1 } }), [1, 1]);
});

test('a visit that starts in the period counts beyond its end', () => {
  const hits = [view('ann', '23:59', '/a'), view('ann', '2026-05-05 00:01', '/b')];
  assert.deepEqual(visitors(hits, { steps: [A, B], period: MONDAY }), [1, 1]);
  assert.deepEqual(visitors(hits, { steps: [A, B], period: MONDAY, within: { days: 2 } }), [1, 0]);
});

test('drop-off is the number of visitors who reached the previous step but not this one', () => {
  const hits = ['ann', 'bob', 'cat'].map((who) => view(who, '10:00', '/a'));
  const answer = reference([...hits, view('ann', '10:01', '/b'), view('dan', '10:00', '/x')]).funnel({
    period: MAY,
    within: 'visit',
    steps: [A, B, A],
  });
  assert.equal(answer.visitors, 4);
  assert.deepEqual(answer.steps, [
    { visitors: 3, drop_off: 0, drop_off_rate: 0, conversion_rate: 1 },
    { visitors: 1, drop_off: 2, drop_off_rate: 0.6667, conversion_rate: 0.3333 },
    { visitors: 0, drop_off: 1, drop_off_rate: 1, conversion_rate: 0 },
  ]);
});

test('a filter chooses whole visits, and any of their hits may be a step', () => {
  const hits = [
    view('ann', '10:00', '/a'),
    view('ann', '10:01', '/b'),
    event('ann', '10:02', 'x'),
    view('bob', '10:00', '/a'),
  ];
  assert.deepEqual(visitors(hits, { steps: [A, B], filters: [['is', 'event', ['x']]] }), [1, 1]);
});

test('named goals and scroll depths can be steps', () => {
  const goals = { 'example.com': [{ name: 'signup', action: { kind: 'event', event: 'signup' } }] } as const;
  const hits = [
    view('ann', '10:00', '/a'),
    signal('ann', '10:01', '/a', 9, 80),
    event('ann', '10:02', 'signup'),
  ];
  const answer = reference(hits, { goals }).funnel({
    period: MAY,
    within: 'visit',
    steps: [{ kind: 'scroll', page: '/a', depth: 75 }, 'signup'],
  });
  assert.deepEqual(
    answer.steps.map((step) => step.visitors),
    [1, 1],
  );
});

test('a visit that starts at the very end of the period is not in it', () => {
  const hits = [view('ann', '2026-05-05 00:00', '/a'), view('bob', '00:00', '/a')];
  assert.deepEqual(visitors(hits, { steps: [A, B], period: MONDAY }), [1, 0]);
});

test('a step can be any of several actions', () => {
  const hits = [view('ann', '10:00', '/x'), view('ann', '10:01', '/b'), view('bob', '10:00', '/y')];
  const any = { any: [A, { kind: 'page', page: '/x' }] } as const;
  assert.deepEqual(visitors(hits, { steps: [any, B] }), [1, 1]);
});

/** Values of the source, with the visitors of each step. */
function bySource(hits: readonly VisitHit[], query: Partial<FunnelQuery>): unknown[] {
  const answer = reference(hits).funnel({
    period: MAY,
    within: 'visit',
    steps: [A, B],
    by: 'source',
    ...query,
  });
  return answer.rows!.map(({ value, steps }) => [value, ...steps.map((step) => step.visitors)]);
}

test('by a dimension, a visitor is in the row of the visit that led furthest, and rows add up', () => {
  const hits = [
    ...[view('ann', '10:00', '/a', { source: 'x' }), view('ann', '15:00', '/a', { source: 'y' })],
    ...[view('ann', '15:01', '/b'), view('bob', '10:00', '/a', { source: 'x' })],
    view('cat', '10:00', '/c', { source: 'x' }),
  ];
  assert.deepEqual(bySource(hits, {}), [
    ['x', 1, 0],
    ['y', 1, 1],
  ]);
  assert.deepEqual(bySource(hits, { limit: 1 }), [['x', 1, 0]]);
});

test('of several sequences that are longest, the one that ends first counts, from its last start', () => {
  const hits = [
    ...[view('ann', '10:00', '/a', { source: 'x' }), view('ann', '12:00', '/a', { source: 'y' })],
    ...[view('ann', '14:00', '/b', { source: 'z' }), view('ann', '16:00', '/a', { source: 'z' })],
    view('ann', '18:00', '/b'),
  ];
  assert.deepEqual(bySource(hits, { within: { days: 1 } }), [['y', 1, 1]]);
});
