import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RetentionQuery } from './query.ts';
import { reference } from './reference.ts';
import { view } from './story.ts';
import type { VisitHit } from './visit-hit.ts';

const period = { from: '2026-05-04', to: '2026-05-07' };

function cohorts(hits: readonly VisitHit[], query: Partial<RetentionQuery> = {}): unknown[] {
  const answer = reference(hits).retention({ period, interval: 'day', ...query });
  return answer.cohorts.map(({ visitors, returned }) => [visitors, ...returned]);
}

test('a cohort is the visitors who first came in an interval, and each later interval counts for itself', () => {
  const hits = [
    view('ann', '10:00', '/'),
    view('ann', '2026-05-06 10:00', '/'),
    view('bob', '10:00', '/'),
    view('cat', '2026-05-05 10:00', '/'),
  ];
  assert.deepEqual(cohorts(hits), [
    [2, 2, 0, 1],
    [1, 1, 0],
    [0, 0],
  ]);
});

test('a visitor who came before the period is not new in it', () => {
  assert.deepEqual(cohorts([view('ann', '2026-04-01 10:00', '/'), view('ann', '10:00', '/')]), [
    [0, 0, 0, 0],
    [0, 0, 0],
    [0, 0],
  ]);
});

test('a visit across midnight is not a return', () => {
  assert.deepEqual(
    cohorts([view('ann', '23:50', '/'), view('ann', '2026-05-05 00:10', '/')])[0],
    [1, 1, 0, 0],
  );
});

test('filters apply to the first visit, and return filters to later ones', () => {
  const hits = [
    view('ann', '10:00', '/', { source: 'x' }),
    view('ann', '2026-05-05 10:00', '/b'),
    view('bob', '10:00', '/'),
    view('bob', '2026-05-05 10:00', '/', { source: 'x' }),
  ];
  assert.deepEqual(cohorts(hits, { filters: [['is', 'source', ['x']]] })[0], [1, 1, 1, 0]);
  assert.deepEqual(cohorts(hits, { return_filters: [['is', 'page', ['/b']]] })[0], [2, 0, 1, 0]);
});

test('cohorts can be by week and by month', () => {
  const hits = [
    view('ann', '2026-04-30 10:00', '/'),
    view('ann', '2026-05-03 10:00', '/'),
    view('ann', '10:00', '/'),
  ];
  const whole = { from: '2026-04-01', to: '2026-06-01' };
  assert.deepEqual(cohorts(hits, { interval: 'month', period: whole }), [
    [1, 1, 1],
    [0, 0],
  ]);
  const weeks = { from: '2026-04-27', to: '2026-05-11' };
  assert.deepEqual(cohorts(hits, { interval: 'week', period: weeks }), [
    [1, 1, 1],
    [0, 0],
  ]);
});
