import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reference } from './reference.ts';
import { event, MONDAY, metricsOf, propsOf, rowsOf, signal, TUESDAY, view } from './story.ts';

const MIDNIGHT = [view('ann', '23:50', '/a'), view('ann', '2026-05-05 00:10', '/b')];

test('a visit across midnight belongs to the day on which it starts, with all its hits', () => {
  const metrics = ['visits', 'views_per_visit', 'visit_duration', 'bounce_rate'] as const;
  const known = reference(MIDNIGHT);
  assert.deepEqual(metricsOf(known, { period: MONDAY, metrics }), [1, 2, 1200, 0]);
  assert.deepEqual(metricsOf(known, { period: TUESDAY, metrics }), [0, null, null, null]);
});

test('hits and visitors of a visit across midnight count on both days', () => {
  const rows = rowsOf(reference(MIDNIGHT), {
    period: { from: '2026-05-04', to: '2026-05-06' },
    metrics: ['pageviews', 'visitors', 'visits'],
    dimensions: ['time:day'],
  });
  assert.deepEqual(rows, [
    ['2026-05-04T00:00:00Z', 1, 1, 1],
    ['2026-05-05T00:00:00Z', 1, 1, 0],
  ]);
});

test('a visit matches a page that it views after the end of the period', () => {
  const metrics = ['visits', 'pageviews'] as const;
  const filters = [['is', 'page', ['/b']]] as const;
  const known = reference(MIDNIGHT);
  assert.deepEqual(metricsOf(known, { period: MONDAY, metrics, filters }), [1, 0]);
  assert.deepEqual(metricsOf(known, { period: TUESDAY, metrics, filters }), [0, 1]);
});

test('hits are page views and events; engagement signals are neither', () => {
  const hits = [view('ann', '10:00', '/a'), event('ann', '10:01', 'x'), signal('ann', '10:02', '/a', 5)];
  assert.deepEqual(metricsOf(reference(hits), { metrics: ['hits', 'pageviews', 'events'] }), [2, 1, 1]);
});

test('a visitor of two sites is two', () => {
  const hits = [view('ann', '10:00', '/'), view('ann', '10:00', '/', { site: 'other.example' })];
  assert.deepEqual(metricsOf(reference(hits), { metrics: ['visitors'] }), [2]);
  assert.deepEqual(metricsOf(reference(hits), { metrics: ['visitors'], site: ['other.example'] }), [1]);
});

test('a visit is in the rows of all its pages', () => {
  const hits = [
    view('ann', '10:00', '/a'),
    view('ann', '10:01', '/b'),
    view('ann', '10:02', '/a'),
    view('bob', '10:00', '/a'),
  ];
  const rows = rowsOf(reference(hits), {
    metrics: ['pageviews', 'visits', 'bounce_rate'],
    dimensions: ['page'],
  });
  assert.deepEqual(rows, [
    ['/a', 3, 2, 0.5],
    ['/b', 1, 1, 0],
  ]);
});

test('the bounce rate is a fraction with four digits', () => {
  const hits = [
    view('ann', '10:00', '/'),
    view('ann', '10:01', '/'),
    view('bob', '10:00', '/'),
    view('cat', '10:00', '/'),
  ];
  assert.deepEqual(metricsOf(reference(hits), { metrics: ['bounce_rate'] }), [0.6667]);
});

test('time on page is a mean per page and visit, and pages without a signal do not count as 0', () => {
  const hits = [
    ...[view('ann', '10:00', '/a'), signal('ann', '10:01', '/a', 20), signal('ann', '10:02', '/a', 30)],
    ...[view('bob', '10:00', '/a'), signal('bob', '10:01', '/a', 10), view('cat', '10:00', '/a')],
  ];
  assert.deepEqual(rowsOf(reference(hits), { metrics: ['time_on_page'], dimensions: ['page'] }), [
    ['/a', 30],
  ]);
});

test('scroll depth is the mean of the greatest depth per page and visit', () => {
  const hits = [
    ...[view('ann', '10:00', '/a'), signal('ann', '10:01', '/a', 1, 20), signal('ann', '10:02', '/a', 1, 60)],
    ...[view('bob', '10:00', '/a'), signal('bob', '10:01', '/a', 1, 100), signal('bob', '10:02', '/b', 1)],
  ];
  assert.deepEqual(metricsOf(reference(hits), { metrics: ['scroll_depth'] }), [80]);
});

test('without signals, time on page and scroll depth are unknown', () => {
  assert.deepEqual(
    metricsOf(reference([view('ann', '10:00', '/')]), { metrics: ['time_on_page', 'scroll_depth'] }),
    [null, null],
  );
});

test('a signal that belongs to no visit is ignored', () => {
  const hits = [view('ann', '10:00', '/a'), signal('ann', '10:30', '/a', 50, 90)];
  assert.deepEqual(metricsOf(reference(hits), { metrics: ['time_on_page', 'visit_duration'] }), [null, 0]);
});

test('revenue is exact, by currency, with the digits of the currency', () => {
  const paid = (value: string, currency: string) => event('ann', '10:00', 'purchase', { value, currency });
  const hits = [
    paid('0.1', 'EUR'),
    paid('0.2', 'EUR'),
    paid('9007199254740993', 'EUR'),
    paid('120', 'JPY'),
    paid('0.0005', 'USD'),
  ];
  assert.deepEqual(metricsOf(reference(hits), { metrics: ['revenue'] }), [
    { EUR: '9007199254740993.30', JPY: '120', USD: '0.0005' },
  ]);
});

test('average revenue divides by hits with a value and rounds to eight digits', () => {
  const paid = (value: string) =>
    event('ann', '10:00', 'purchase', { value, currency: value === '' ? '' : 'EUR' });
  assert.deepEqual(
    metricsOf(reference([paid('0.01'), paid('0.02'), paid('')]), { metrics: ['average_revenue'] }),
    [{ EUR: '0.015' }],
  );
});

test('an average without an end is rounded half away from zero', () => {
  const paid = (value: string) => event('ann', '10:00', 'purchase', { value, currency: 'EUR' });
  const hits = [paid('-10'), paid('0'), paid('-0.00000001'), paid('0'), paid('0'), paid('0')];
  assert.deepEqual(metricsOf(reference(hits.slice(0, 3)), { metrics: ['average_revenue'] }), [
    { EUR: '-3.33333334' },
  ]);
});

test('no revenue is an empty object, not null', () => {
  assert.deepEqual(metricsOf(reference([view('ann', '10:00', '/')]), { metrics: ['revenue'] }), [{}]);
});

test('percentage divides by the visitors of the query without dimensions', () => {
  const hits = [view('ann', '10:00', '/a'), view('ann', '10:01', '/b'), view('bob', '10:00', '/a')];
  assert.deepEqual(rowsOf(reference(hits), { metrics: ['percentage'], dimensions: ['page'] }), [
    ['/a', 1],
    ['/b', 0.5],
  ]);
});

test('sums, means and percentiles of a property cover hits with a number', () => {
  const hits = [1, 2, 3, '10', 'many'].map((seats) => event('ann', '10:00', 'x', propsOf({ seats })));
  const metrics = ['sum:prop:seats', 'avg:prop:seats', 'p50:prop:seats', 'p95:prop:seats'] as const;
  assert.deepEqual(metricsOf(reference(hits), { metrics }), [16, 4, 2.5, 8.95]);
});

test('without a number the sum is 0, and mean and percentiles are unknown', () => {
  const metrics = ['sum:prop:x', 'avg:prop:x', 'p50:prop:x'] as const;
  assert.deepEqual(metricsOf(reference([view('ann', '10:00', '/')]), { metrics }), [0, null, null]);
});

test('a period includes its start and excludes its end', () => {
  const hits = [view('ann', '00:00', '/'), view('bob', '2026-05-05 00:00', '/')];
  const metrics = ['hits', 'visits'] as const;
  assert.deepEqual(metricsOf(reference(hits), { period: MONDAY, metrics }), [1, 1]);
});
