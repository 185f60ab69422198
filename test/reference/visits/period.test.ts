import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparedPeriod, isoOf, periodOf } from './period.ts';
import type { PeriodName, PeriodText } from './query.ts';

const BERLIN = 'Europe/Berlin';
/** Monday, 30 March 2026, 12:00 in Berlin, the day after clocks changed. */
const NOW = Date.parse('2026-03-30T10:00:00Z');

function period(name: PeriodName | PeriodText, now = NOW, firstHit?: number): string {
  const { from, to } = periodOf(name, BERLIN, now, firstHit);
  return `${isoOf(from)} ${isoOf(to)}`;
}

test('today, month and year last from their start to now', () => {
  assert.equal(period('today'), '2026-03-29T22:00:00Z 2026-03-30T10:00:00Z');
  assert.equal(period('month'), '2026-02-28T23:00:00Z 2026-03-30T10:00:00Z');
  assert.equal(period('year'), '2025-12-31T23:00:00Z 2026-03-30T10:00:00Z');
});

test('at midnight, today is the day that ends', () => {
  assert.equal(
    period('today', Date.parse('2026-03-29T22:00:00Z')),
    '2026-03-28T23:00:00Z 2026-03-29T22:00:00Z',
  );
});

test('days are whole local days, and the last one is yesterday', () => {
  assert.equal(period('yesterday'), '2026-03-28T23:00:00Z 2026-03-29T22:00:00Z');
  assert.equal(period('7d'), '2026-03-22T23:00:00Z 2026-03-29T22:00:00Z');
});

test('24h is the last 24 hours, even if clocks change', () => {
  assert.equal(period('24h'), '2026-03-29T10:00:00Z 2026-03-30T10:00:00Z');
});

test('past months and years are whole', () => {
  assert.equal(period('last_month'), '2026-01-31T23:00:00Z 2026-02-28T23:00:00Z');
  assert.equal(period('12mo'), '2025-02-28T23:00:00Z 2026-02-28T23:00:00Z');
  assert.equal(period('last_year'), '2024-12-31T23:00:00Z 2025-12-31T23:00:00Z');
});

test('all starts with the first hit', () => {
  assert.equal(period('all', NOW, NOW - 5000), '2026-03-30T09:59:55Z 2026-03-30T10:00:00Z');
});

test('dates are local, and the last one is exclusive', () => {
  assert.equal(period({ from: '2026-03-29', to: '2026-03-30' }), '2026-03-28T23:00:00Z 2026-03-29T22:00:00Z');
});

function compared(
  from: string,
  to: string,
  kind: 'previous_period' | 'year_over_year',
  zone = 'UTC',
): string {
  const earlier = comparedPeriod({ from: Date.parse(from), to: Date.parse(to) }, kind, zone);
  return `${isoOf(earlier.from)} ${isoOf(earlier.to)}`;
}

test('whole months are compared with the same number of months before', () => {
  assert.equal(
    compared('2026-03-01', '2026-04-01', 'previous_period'),
    '2026-02-01T00:00:00Z 2026-03-01T00:00:00Z',
  );
});

test('whole days are compared with the same number of days before, whatever their length', () => {
  const [from, to] = ['2026-03-28T23:00Z', '2026-03-29T22:00Z'];
  assert.equal(compared(from, to, 'previous_period', BERLIN), '2026-03-27T23:00:00Z 2026-03-28T23:00:00Z');
});

test('any other period is compared with the same length before', () => {
  assert.equal(
    compared('2026-03-02T10:00Z', '2026-03-02T11:30Z', 'previous_period'),
    '2026-03-02T08:30:00Z 2026-03-02T10:00:00Z',
  );
});

test('year over year compares the same dates, and 29 February with the 28th', () => {
  assert.equal(
    compared('2026-03-01', '2026-04-01', 'year_over_year'),
    '2025-03-01T00:00:00Z 2025-04-01T00:00:00Z',
  );
  assert.equal(
    compared('2028-02-29', '2028-03-01', 'year_over_year'),
    '2027-02-28T00:00:00Z 2027-03-01T00:00:00Z',
  );
});

test('year over year, a period that ends with 28 February still does', () => {
  assert.equal(
    compared('2028-02-01', '2028-02-29', 'year_over_year'),
    '2027-02-01T00:00:00Z 2027-03-01T00:00:00Z',
  );
});
