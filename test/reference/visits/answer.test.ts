import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reference } from './reference.ts';
import { event, MAY, rowsOf, timeOf, view } from './story.ts';

test('rows are ordered by the first metric, then by dimensions', () => {
  const hits = ['/b', '/a', '/c', '/c'].map((path) => view('ann', '10:00', path));
  assert.deepEqual(rowsOf(reference(hits), { metrics: ['pageviews'], dimensions: ['page'] }), [
    ['/c', 2],
    ['/a', 1],
    ['/b', 1],
  ]);
});

test('null is last in ascending and descending order', () => {
  const hits = [
    view('ann', '10:00', '/a'),
    view('ann', '10:05', '/a'),
    event('ann', '10:07', 'x', { path: '/b' }),
  ];
  // A visit that begins the day before: today there are hits of it, but no visit.
  const known = reference([
    view('bob', '2026-04-30 23:59', '/'),
    view('bob', '2026-05-01 00:10', '/z', { country: 'FR' }),
    ...hits,
  ]);
  for (const direction of ['asc', 'desc'] as const) {
    const rows = rowsOf(known, {
      metrics: ['bounce_rate', 'hits'],
      dimensions: ['page'],
      order_by: [
        ['bounce_rate', direction],
        ['page', 'desc'],
      ],
    });
    assert.deepEqual(rows, [
      ['/b', 0, 1],
      ['/a', 0, 2],
      ['/z', null, 1],
    ]);
  }
});

test('limit and offset select rows, and total_rows counts all', () => {
  const hits = ['/a', '/b', '/c'].map((path) => view('ann', '10:00', path));
  const answer = reference(hits).query({
    period: MAY,
    metrics: ['hits'],
    dimensions: ['page'],
    limit: 1,
    offset: 1,
    include: { total_rows: true },
  });
  assert.deepEqual(answer.results, [{ dimensions: ['/b'], metrics: [1] }]);
  assert.equal(answer.meta.total_rows, 3);
});

test('totals are the answer without dimensions', () => {
  const hits = [view('ann', '10:00', '/a'), view('ann', '10:01', '/b')];
  const answer = reference(hits).query({
    period: MAY,
    metrics: ['visitors', 'hits'],
    dimensions: ['page'],
    limit: 1,
    include: { totals: true },
  });
  assert.deepEqual(answer.totals, { metrics: [1, 2] });
});

test('by time alone, all intervals have a row, in order', () => {
  const period = { from: '2026-05-03', to: '2026-05-06' };
  const rows = rowsOf(reference([view('ann', '10:00', '/')]), {
    period,
    metrics: ['hits', 'bounce_rate'],
    dimensions: ['time:day'],
  });
  assert.deepEqual(rows, [
    ['2026-05-03T00:00:00Z', 0, null],
    ['2026-05-04T00:00:00Z', 1, 1],
    ['2026-05-05T00:00:00Z', 0, null],
  ]);
});

test('by time and another dimension, only rows with data exist', () => {
  const rows = rowsOf(reference([view('ann', '10:00', '/')]), {
    metrics: ['hits'],
    dimensions: ['time:day', 'page'],
  });
  assert.deepEqual(rows, [['2026-05-04T00:00:00Z', '/', 1]]);
});

test('without dimensions there is one row, even without data', () => {
  assert.deepEqual(rowsOf(reference([]), { metrics: ['hits', 'visitors', 'bounce_rate'] }), [[0, 0, null]]);
});

test('rows can have three dimensions', () => {
  const hits = [
    view('ann', '10:00', '/a', { source: 'x' }),
    view('ann', '10:01', '/b', { source: 'y' }),
    event('ann', '10:01', 'e', { path: '/b' }),
  ];
  const rows = rowsOf(reference(hits), { metrics: ['visits'], dimensions: ['source', 'page', 'event'] });
  assert.deepEqual(rows, [
    ['x', '/a', 'pageview', 1],
    ['x', '/b', 'e', 1],
    ['x', '/b', 'pageview', 1],
  ]);
});

test('a day on which clocks change has 23 hours', () => {
  const at = (time: string) => view('ann', time, '/', {});
  const hits = [
    at('2026-03-28 22:59'),
    at('2026-03-28 23:00'),
    at('2026-03-29 21:59'),
    at('2026-03-29 22:00'),
  ];
  const period = { from: '2026-03-28', to: '2026-03-31' };
  const rows = rowsOf(reference(hits), {
    period,
    timezone: 'Europe/Berlin',
    metrics: ['hits'],
    dimensions: ['time:day'],
  });
  // The 29th has 23 hours.
  assert.deepEqual(rows, [
    ['2026-03-27T23:00:00Z', 1],
    ['2026-03-28T23:00:00Z', 2],
    ['2026-03-29T22:00:00Z', 1],
  ]);
});

test('the hour that clocks show twice is two rows', () => {
  const hits = [view('ann', '2026-11-01 05:30', '/'), view('ann', '2026-11-01 06:30', '/')];
  const period = { from: '2026-11-01T05:00:00Z', to: '2026-11-01T07:00:00Z' };
  const rows = rowsOf(reference(hits), {
    period,
    timezone: 'America/New_York',
    metrics: ['hits'],
    dimensions: ['time:hour'],
  });
  assert.deepEqual(rows, [
    ['2026-11-01T05:00:00Z', 1],
    ['2026-11-01T06:00:00Z', 1],
  ]);
});

test('weeks start on Monday, and the first one may start before the period', () => {
  const period = { from: '2026-05-06', to: '2026-05-12' };
  const rows = rowsOf(reference([]), { period, metrics: ['hits'], dimensions: ['time:week'] });
  assert.deepEqual(rows, [
    ['2026-05-04T00:00:00Z', 0],
    ['2026-05-11T00:00:00Z', 0],
  ]);
});

test('a query by bot counts only bots', () => {
  const hits = [view('ann', '10:00', '/'), view('bot', '10:00', '/', { bot: 'GPTBot' })];
  const query = { period: MAY, metrics: ['hits'], dimensions: ['bot'], include: { totals: true } } as const;
  const answer = reference(hits).query(query);
  assert.deepEqual(answer.results, [{ dimensions: ['GPTBot'], metrics: [1] }]);
  assert.deepEqual(answer.totals, { metrics: [1] });
  assert.equal(reference(hits).query({ ...query, bots: 'include' }).results.length, 2);
});

test('a change is in percent of the earlier value, and null if that is 0 or unknown', () => {
  const paid = { value: '30', currency: 'EUR' };
  const hits = [
    ...[
      view('ann', '2026-05-03 10:00', '/'),
      view('bob', '2026-05-03 10:00', '/'),
      view('bob', '2026-05-03 10:01', '/'),
    ],
    ...[
      view('ann', '10:00', '/', { ...paid, value: '45' }),
      event('ann', '10:01', 'x'),
      view('cat', '2026-05-03 10:00', '/', paid),
    ],
  ];
  const [row] = reference(hits).query({
    period: { from: '2026-05-04', to: '2026-05-05' },
    metrics: ['visitors', 'bounce_rate', 'events', 'time_on_page', 'revenue'],
    include: { comparison: 'previous_period' },
  }).results;
  assert.deepEqual(row!.comparison!.metrics, [3, 0.6667, 0, null, { EUR: '30.00' }]);
  assert.deepEqual(row!.comparison!.change, [-66.7, -100, null, null, { EUR: 50 }]);
});

test('a comparison pairs rows by value and intervals by position', () => {
  const hits = [
    view('ann', '2026-05-03 10:00', '/a'),
    view('ann', '2026-05-03 11:00', '/gone'),
    view('ann', '10:00', '/a'),
    view('ann', '10:05', '/new'),
  ];
  const answer = reference(hits).query({
    period: { from: '2026-05-04', to: '2026-05-05' },
    metrics: ['hits'],
    dimensions: ['time:day', 'page'],
    include: { comparison: 'previous_period' },
  });
  const compared = answer.results.map(({ dimensions, comparison }) => [
    dimensions[1],
    comparison!.metrics[0],
  ]);
  assert.deepEqual(compared, [
    ['/a', 1],
    ['/new', 0],
  ]);
});

test('an interval without a counterpart is compared with null', () => {
  const answer = reference([]).query({
    period: { from: '2026-05-04', to: '2026-05-06' },
    metrics: ['hits'],
    dimensions: ['time:day'],
    include: { comparison: { from: '2026-05-01', to: '2026-05-02' } },
  });
  assert.deepEqual(
    answer.results.map(({ comparison }) => comparison!.metrics),
    [[0], [null]],
  );
});

test('rows by revenue are ordered by the currency that most of them have', () => {
  const paid = (path: string, value: string, currency: string) =>
    view('ann', '10:00', path, { value, currency });
  const hits = [
    paid('/a', '5', 'USD'),
    paid('/b', '40', 'USD'),
    paid('/b', '1', 'EUR'),
    paid('/c', '900', 'EUR'),
    paid('/d', '7', 'USD'),
  ];
  const rows = rowsOf(reference(hits), { metrics: ['revenue'], dimensions: ['page'] });
  assert.deepEqual(
    rows.map(([page]) => page),
    ['/b', '/d', '/a', '/c'],
  );
});

test('the answer states the periods as they were understood', () => {
  const { query } = reference([view('ann', '10:00', '/')], { now: timeOf('12:00') }).query({
    period: 'today',
    metrics: ['hits'],
    include: { comparison: 'previous_period' },
  });
  assert.deepEqual(query.period, { from: '2026-05-04T00:00:00Z', to: '2026-05-04T12:00:00Z' });
  assert.deepEqual(query.comparison, { from: '2026-05-03T00:00:00Z', to: '2026-05-03T12:00:00Z' });
});
