import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addDays, addMonths, daysBetween, isDate, localDate, weeksOf } from './calendar.ts';
import {
  daysOf,
  INTERVALS,
  intervalsOf,
  isGoingOn,
  neighbour,
  PERIOD_KINDS,
  type Period,
  readPeriod,
  spanOf,
} from './period.ts';

/** Noon of a day on the clock of the machine. */
const NOW = new Date(2026, 10, 24, 12, 34, 56);

test('a current period has no end, so the server uses the current time', () => {
  assert.deepEqual(spanOf({ kind: 'day' }, NOW), { from: '2026-11-24' });
  assert.deepEqual(spanOf({ kind: '7d' }, NOW), { from: '2026-11-18' });
  assert.deepEqual(spanOf({ kind: '30d' }, NOW), { from: '2026-10-26' });
  assert.deepEqual(spanOf({ kind: 'month' }, NOW), { from: '2026-11-01' });
  assert.deepEqual(spanOf({ kind: '28d' }, NOW), { from: '2026-10-28' });
  assert.deepEqual(spanOf({ kind: '90d' }, NOW), { from: '2026-08-27' });
  assert.deepEqual(spanOf({ kind: 'year' }, NOW), { from: '2026-01-01' });
  assert.deepEqual(spanOf({ kind: '12mo' }, NOW), { from: '2025-12-01' });
  assert.deepEqual(spanOf({ kind: 'all' }, NOW), {});
  assert.deepEqual(spanOf({ kind: 'custom', from: '2026-11-20', to: '2026-11-24' }, NOW), {
    from: '2026-11-20',
  });
});

test('a past period ends with its last day', () => {
  assert.deepEqual(spanOf({ kind: 'day', date: '2026-11-23' }, NOW), {
    from: '2026-11-23',
    to: '2026-11-24',
  });
  assert.deepEqual(spanOf({ kind: 'month', date: '2024-02-10' }, NOW), {
    from: '2024-02-01',
    to: '2024-03-01',
  });
  assert.deepEqual(spanOf({ kind: '12mo', date: '2025-11-01' }, NOW), {
    from: '2024-12-01',
    to: '2025-12-01',
  });
  assert.equal(isGoingOn({ kind: 'day', date: '2026-11-23' }, NOW), false);
  assert.equal(isGoingOn({ kind: 'realtime' }, NOW), true);
});

test('the last half hour begins with a whole minute, and the current minute is its thirtieth', () => {
  const { from } = spanOf({ kind: 'realtime' }, NOW);
  assert.equal(NOW.getTime() - Date.parse(from!), 29 * 60_000 + 56_000);
});

test('the previous period and the next one are adjacent', () => {
  assert.deepEqual(neighbour({ kind: 'month' }, -1, NOW), { kind: 'month', date: '2026-10-01' });
  assert.deepEqual(neighbour({ kind: 'month', date: '2026-10-01' }, 1, NOW), { kind: 'month' });
  assert.deepEqual(neighbour({ kind: '7d' }, -1, NOW), { kind: '7d', date: '2026-11-17' });
  assert.deepEqual(neighbour({ kind: 'year' }, -1, NOW), { kind: 'year', date: '2025-11-01' });
  assert.deepEqual(neighbour({ kind: 'year', date: '2025-11-01' }, 1, NOW), { kind: 'year' });
  assert.equal(neighbour({ kind: 'day' }, 1, NOW), undefined);
  assert.equal(neighbour({ kind: 'all' }, -1, NOW), undefined);
});

const date = fc.integer({ min: 0, max: 20_000 }).map((days) => addDays('1972-01-01', days));
const period: fc.Arbitrary<Period> = fc.oneof(
  fc.record({ kind: fc.constantFrom('day', '7d', '28d', '30d', '90d', 'month', 'year', '12mo'), date }),
  fc
    .tuple(date, fc.nat(800))
    .map(([from, days]) => ({ kind: 'custom' as const, from, to: addDays(from, days) })),
);

test('the period before a period ends where that period begins', () => {
  fc.assert(
    fc.property(period, (later) => {
      const before = daysOf(neighbour(later, -1, NOW)!, '2026-11-24')!;
      const days = daysOf(later, '2026-11-24')!;
      if (days.first > '2026-11-24') return;
      assert.equal(addDays(before.last, 1), days.first);
    }),
    { seed: 1 },
  );
});

test('every period has an interval that divides it into few enough points', () => {
  fc.assert(
    fc.property(period, (each) => {
      const intervals = intervalsOf(each, '2026-11-24');
      assert.ok(intervals.length > 0);
      assert.ok(intervals.every((interval) => INTERVALS.includes(interval)));
      assert.equal(new Set(intervals).size, intervals.length);
    }),
    { seed: 2 },
  );
});

test('the period in an address is parsed, or ignored if it is invalid', () => {
  assert.deepEqual(readPeriod('day', '2026-11-23', '', ''), { kind: 'day', date: '2026-11-23' });
  assert.deepEqual(readPeriod('day', '2026-13-99', '', ''), { kind: 'day' });
  assert.deepEqual(readPeriod('custom', '', '2026-11-09', '2026-11-02'), {
    kind: 'custom',
    from: '2026-11-02',
    to: '2026-11-09',
  });
  assert.equal(readPeriod('custom', '', 'x', '2026-11-02'), undefined);
  assert.equal(readPeriod('fortnight', '', '', ''), undefined);
  for (const kind of PERIOD_KINDS)
    if (kind !== 'custom') assert.equal(readPeriod(kind, '', '', '')?.kind, kind);
});

test('dates follow the calendar, including leap days', () => {
  assert.equal(addDays('2024-02-28', 1), '2024-02-29');
  assert.equal(addMonths('2026-01-31', -2), '2025-11-01');
  assert.equal(daysBetween('2026-03-28', '2026-03-30'), 2);
  assert.equal(localDate(NOW), '2026-11-24');
  assert.ok(isDate('2024-02-29') && !isDate('2026-02-29') && !isDate('2026-2-9'));
});

test('the weeks of a month have each of its days once, below its weekday', () => {
  fc.assert(
    fc.property(date, fc.integer({ min: 1, max: 7 }), (day, firstWeekday) => {
      const weeks = weeksOf(day, firstWeekday);
      const days = weeks.flat().filter((each) => each !== undefined);
      const month = day.slice(0, 7);
      assert.deepEqual(
        days,
        Array.from({ length: 31 }, (_, at) => `${month}-${String(at + 1).padStart(2, '0')}`).filter(isDate),
      );
      for (const week of weeks) {
        assert.equal(week.length, 7);
        assert.ok(week.some((each) => each !== undefined));
        for (const [at, each] of week.entries())
          if (each) assert.equal(new Date(`${each}T00:00Z`).getUTCDay(), (firstWeekday + at) % 7);
      }
    }),
    { seed: 5 },
  );
});
