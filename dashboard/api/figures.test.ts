import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QueryAnswer } from './answer-types.ts';
import { changeOf, figuresOf } from './figures.ts';

const ANSWER: QueryAnswer = {
  results: [
    {
      dimensions: ['2026-11-23T00:00:00Z'],
      metrics: [3, { EUR: '9.50', USD: '1' }],
      comparison: { metrics: [2, { EUR: '19' }], change: [50, { EUR: -50 }] },
    },
    { dimensions: ['2026-11-24T00:00:00Z'], metrics: [null, {}] },
  ],
  totals: {
    metrics: [3, { EUR: '9.50', USD: '1' }],
    comparison: { metrics: [2, { EUR: '19' }], change: [50, { EUR: -50 }] },
  },
  meta: { notes: [{ metrics: ['visits'], period: 'period', purged_before: '2026-11-24T12:00:00Z' }] },
  query: {
    metrics: ['visits', 'revenue'],
    dimensions: ['time:day'],
    period: { from: '2026-11-23T00:00:00Z', to: '2026-11-25T00:00:00Z' },
    include: { comparison: { from: '2026-11-21T00:00:00Z', to: '2026-11-23T00:00:00Z' } },
  },
};

test('figures have numbers, money in the currency with the most, changes as fractions, and null for the unknown', () => {
  const figures = figuresOf(ANSWER, ['visits', 'revenue'], 'day');
  assert.deepEqual(figures.totals, { visits: 3, revenue: 9.5 });
  assert.equal(figures.currency, 'EUR');
  assert.deepEqual(figures.comparison?.change, { visits: 0.5, revenue: -0.5 });
  assert.deepEqual(figures.series[1], { time: '2026-11-24T00:00:00Z', visits: null, revenue: 0 });
  assert.equal(figures.purged_before, '2026-11-24T12:00:00Z');
  assert.equal(figures.comparison?.purged_before, undefined);
});

test('points of the compared period are paired by position', () => {
  const { comparison } = figuresOf(ANSWER, ['visits', 'revenue'], 'day');
  assert.deepEqual(
    comparison?.series.map(({ visits }) => visits),
    [2, null],
  );
  assert.equal(comparison?.series.length, 2);
});

test('a change from nothing is unknown, also of money', () => {
  assert.equal(changeOf(null, undefined), null);
  assert.equal(changeOf({ EUR: null }, 'EUR'), null);
  assert.equal(changeOf({}, 'EUR'), null);
  assert.equal(changeOf({ EUR: -50, USD: 3 }, 'EUR'), -0.5);
});
