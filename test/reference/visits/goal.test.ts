import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Action } from './query.ts';
import { reference } from './reference.ts';
import { event, metricsOf, propsOf, rowsOf, signal, view } from './story.ts';
import type { VisitHit } from './visit-hit.ts';

const SIGNUP = { name: 'signup', action: { kind: 'event', event: 'signup' } } as const;
const READ = { name: 'read', action: { kind: 'scroll', page: '/blog/*', depth: 50 } } as const;
const BLOG = { name: 'blog', action: { kind: 'page', page: '/blog/*' } } as const;
const goals = { 'example.com': [SIGNUP, READ, BLOG] };

/** How many of the hits convert a goal. */
function conversions(action: Action, hits: readonly VisitHit[]): unknown {
  const known = reference(hits, { goals: { 'example.com': [{ name: 'goal', action }] } });
  return metricsOf(known, { metrics: ['conversions'] })[0];
}

test('each matching page view converts a page goal, and a star matches slashes', () => {
  const hits = [
    view('ann', '10:00', '/blog/a/b'),
    view('ann', '10:01', '/blog/'),
    view('ann', '10:02', '/blog'),
  ];
  assert.equal(conversions({ kind: 'page', page: '/blog/*' }, hits), 2);
});

test('an event on a page does not convert its page goal', () => {
  assert.equal(
    conversions({ kind: 'page', page: '/a' }, [event('ann', '10:00', 'signup', { path: '/a' })]),
    0,
  );
});

test('an event goal may require properties, each with one of several values', () => {
  const signup = (plan: string, seats: number) => event('ann', '10:00', 'signup', propsOf({ plan, seats }));
  const hits = [
    signup('pro', 1),
    signup('team', 1),
    signup('team', 2),
    signup('free', 1),
    event('ann', '10:00', 'signup'),
  ];
  const props = { plan: ['pro', 'team'], seats: ['1'] };
  assert.equal(conversions({ kind: 'event', event: 'signup', props }, hits), 2);
});

test('a scroll goal is converted once per page and visit', () => {
  const hits = [
    ...[view('ann', '10:00', '/a'), signal('ann', '10:01', '/a', 1, 40), signal('ann', '10:02', '/a', 1, 60)],
    ...[
      signal('ann', '10:03', '/a', 1, 90),
      signal('ann', '10:04', '/b', 1, 50),
      signal('ann', '10:05', '/b', 1),
    ],
  ];
  assert.equal(conversions({ kind: 'scroll', page: '*', depth: 50 }, hits), 2);
});

test('outbound links and downloads are events whose URL may be required to match', () => {
  const hits = ['/a.pdf', '/b.pdf'].map((url) => event('ann', '10:00', 'download', propsOf({ url })));
  assert.equal(conversions({ kind: 'download' }, hits), 2);
  assert.equal(conversions({ kind: 'download', url: '*b.pdf' }, hits), 1);
  assert.equal(conversions({ kind: 'outbound' }, hits), 0);
});

test('a page is not found if an event 404 or a logged status says so', () => {
  const hits = [
    event('ann', '10:00', '404', { path: '/x' }),
    view('ann', '10:01', '/x', { status: 404 }),
    view('ann', '10:02', '/x', { status: 200 }),
  ];
  assert.equal(conversions({ kind: 'not_found' }, hits), 2);
  assert.equal(conversions({ kind: 'not_found', page: '/y' }, hits), 0);
});

test('a hit converts goals of its own site only', () => {
  const hits = [event('ann', '10:00', 'signup', { site: 'other.example' })];
  assert.equal(conversions({ kind: 'event', event: 'signup' }, hits), 0);
});

test('the goal of a query selects conversions and filters nothing else', () => {
  const hits = [
    view('ann', '10:00', '/'),
    event('ann', '10:01', 'signup'),
    event('ann', '10:02', 'signup'),
    view('bob', '10:00', '/'),
    view('cat', '10:00', '/blog/x'),
  ];
  const metrics = ['visitors', 'pageviews', 'conversions', 'conversion_rate'] as const;
  assert.deepEqual(metricsOf(reference(hits, { goals }), { metrics, goal: 'signup' }), [3, 3, 2, 0.3333]);
});

test('without a goal in the query, a hit that converts any goals counts once', () => {
  const hits = [
    view('ann', '10:00', '/blog/a'),
    signal('ann', '10:01', '/blog/a', 1, 90),
    event('bob', '10:00', 'signup'),
    view('cat', '10:00', '/'),
  ];
  assert.deepEqual(
    metricsOf(reference(hits, { goals }), { metrics: ['conversions', 'conversion_rate'] }),
    [3, 0.6667],
  );
});

test('a goal filter chooses conversions, and the rate divides by all visitors', () => {
  const hits = [view('ann', '10:00', '/'), event('ann', '10:01', 'signup'), view('bob', '10:00', '/')];
  const metrics = ['visitors', 'visits', 'pageviews', 'events', 'conversion_rate'] as const;
  const filters = [['is', 'goal', ['signup']]] as const;
  assert.deepEqual(metricsOf(reference(hits, { goals }), { metrics, filters }), [1, 1, 0, 1, 0.5]);
});

test('a property filter does not narrow the denominator of the rate', () => {
  const hits = [
    event('ann', '10:00', 'signup', propsOf({ plan: 'pro' })),
    event('bob', '10:00', 'signup', propsOf({ plan: 'free' })),
  ];
  const filters = [['is', 'prop:plan', ['pro']]] as const;
  assert.deepEqual(
    metricsOf(reference(hits, { goals }), {
      metrics: ['conversions', 'conversion_rate'],
      goal: 'signup',
      filters,
    }),
    [1, 0.5],
  );
});

test('the rate of a source divides by the visitors of that source', () => {
  const google = { source: 'Google' };
  const hits = [
    view('ann', '10:00', '/', google),
    event('ann', '10:01', 'signup'),
    view('bob', '10:00', '/', google),
    view('cat', '10:00', '/'),
  ];
  const rows = rowsOf(reference(hits, { goals }), {
    metrics: ['conversion_rate'],
    goal: 'signup',
    dimensions: ['source'],
  });
  assert.deepEqual(rows, [
    ['Google', 0.5],
    ['', 0],
  ]);
});

test('a hit is in the row of each goal that it converts', () => {
  const paid = {
    name: 'team',
    action: { kind: 'event', event: 'signup', props: { plan: ['team'] } },
  } as const;
  const hits = [
    event('ann', '10:00', 'signup', propsOf({ plan: 'team' })),
    event('bob', '10:00', 'signup'),
    view('cat', '10:00', '/'),
  ];
  const known = reference(hits, { goals: { 'example.com': [SIGNUP, paid] } });
  const rows = rowsOf(known, { metrics: ['conversions', 'conversion_rate'], dimensions: ['goal'] });
  assert.deepEqual(rows, [
    ['signup', 2, 0.6667],
    ['team', 1, 0.3333],
  ]);
});

test('a converting signal counts as a hit only if the query names goals', () => {
  const hits = [view('ann', '23:59', '/blog/a'), signal('ann', '2026-05-05 00:05', '/blog/a', 9, 90)];
  const known = reference(hits, { goals });
  const period = { from: '2026-05-05', to: '2026-05-06' };
  assert.deepEqual(metricsOf(known, { period, metrics: ['visitors', 'hits'] }), [0, 0]);
  const filters = [['is', 'goal', ['read']]] as const;
  assert.deepEqual(metricsOf(known, { period, metrics: ['visitors', 'hits'], filters }), [1, 0]);
});

test('revenue with a goal covers its conversions only', () => {
  const paid = (name: string) => event('ann', '10:00', name, { value: '5', currency: 'EUR' });
  const known = reference([paid('signup'), paid('gift')], { goals });
  assert.deepEqual(metricsOf(known, { metrics: ['revenue'] }), [{ EUR: '10.00' }]);
  assert.deepEqual(metricsOf(known, { metrics: ['revenue'], goal: 'signup' }), [{ EUR: '5.00' }]);
});
