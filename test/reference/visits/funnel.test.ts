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

test('steps count in order, with anything between them', () => {
  const hits = [
    ...[view('ann', '10:00', '/a'), view('ann', '10:01', '/x'), view('ann', '10:02', '/b')],
    ...[view('bob', '10:00', '/b'), view('bob', '10:01', '/a')],
  ];
  assert.deepEqual(visitors(hits, { steps: [A, B] }), [2, 1]);
});

test('one hit is not two steps', () => {
  assert.deepEqual(visitors([view('ann', '10:00', '/a')], { steps: [ANY, A] }), [1, 0]);
});

test('steps of one time are in the order in which they came', () => {
  const hits = [
    view('ann', '10:00', '/a'),
    view('ann', '10:00', '/b'),
    view('bob', '10:00', '/b'),
    view('bob', '10:00', '/a'),
  ];
  assert.deepEqual(visitors(hits, { steps: [A, B] }), [2, 1]);
});

test('within a visit, steps of two visits are no funnel; within days, they are', () => {
  const hits = [view('ann', '10:00', '/a'), view('ann', '15:00', '/b')];
  assert.deepEqual(visitors(hits, { steps: [A, B] }), [1, 0]);
  assert.deepEqual(visitors(hits, { steps: [A, B], within: { days: 1 } }), [1, 1]);
});

test('within days, the last step is no later than that after the first', () => {
  const hits = [
    ...[view('ann', '10:00', '/a'), view('ann', '2026-05-05 10:00:00.000', '/b')],
    ...[view('bob', '10:00', '/a'), view('bob', '2026-05-05 10:00:00.001', '/b')],
  ];
  assert.deepEqual(visitors(hits, { steps: [A, B], within: { days: 1 } }), [2, 1]);
});

test('a later begin counts if the way from it is longer', () => {
  const hits = [
    view('ann', '2026-05-01 10:00', '/a'),
    view('ann', '10:00', '/a'),
    view('ann', '10:01', '/b'),
  ];
  assert.deepEqual(visitors(hits, { steps: [A, B], within: { days: 1 } }), [1, 1]);
});

test('a visit that begins in the period is followed beyond its end', () => {
  const hits = [view('ann', '23:59', '/a'), view('ann', '2026-05-05 00:01', '/b')];
  assert.deepEqual(visitors(hits, { steps: [A, B], period: MONDAY }), [1, 1]);
  assert.deepEqual(visitors(hits, { steps: [A, B], period: MONDAY, within: { days: 2 } }), [1, 0]);
});

test('drop-off is who came to the step before and not to this one', () => {
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

test('a filter chooses whole visits, and steps are looked for in all of their hits', () => {
  const hits = [
    view('ann', '10:00', '/a'),
    view('ann', '10:01', '/b'),
    event('ann', '10:02', 'x'),
    view('bob', '10:00', '/a'),
  ];
  assert.deepEqual(visitors(hits, { steps: [A, B], filters: [['is', 'event', ['x']]] }), [1, 1]);
});

test('goals by name and scroll depth can be steps', () => {
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
