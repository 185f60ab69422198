import assert from 'node:assert/strict';
import { test } from 'node:test';
import { INTERVALS } from './period.ts';
import { columnsOf, startOf } from './series.ts';

const point = (hour: number, hits: number) => ({
  time: new Date(2026, 10, 24, hour).toISOString(),
  hits,
  visitors: 1,
});

test('today has its full width, and no values for the future', () => {
  const { times, values, before } = columnsOf(
    [point(0, 3), point(1, 4)],
    [point(0, 7)],
    'hits',
    'hour',
    new Date(2026, 10, 24, 5),
  );
  assert.deepEqual(values, [3, 4, null, null, null]);
  assert.deepEqual(before, [7, null, null, null, null]);
  assert.equal(times.at(-1), new Date(2026, 10, 24, 4).getTime() / 1000);
});

test('months follow each other by the calendar', () => {
  const january = { time: new Date(2026, 0, 1).toISOString(), hits: 1, visitors: 1 };
  const { times } = columnsOf([january], [], 'hits', 'month', new Date(2026, 3, 1));
  assert.deepEqual(
    times.map((time) => new Date(time * 1000).getMonth()),
    [0, 1, 2],
  );
});

test('a metric without a value leaves a gap in the chart', () => {
  const { values } = columnsOf(
    [{ ...point(0, 3), bounce_rate: null }, point(1, 1)],
    [],
    'bounce_rate',
    'hour',
  );
  assert.deepEqual(values, [null, null]);
});

test('an interval begins where its points do, on the clock of the machine', () => {
  const time = new Date(2026, 10, 25, 13, 45, 30).getTime() / 1000;
  const starts = {
    minute: new Date(2026, 10, 25, 13, 45),
    hour: new Date(2026, 10, 25, 13),
    day: new Date(2026, 10, 25),
    // A Monday.
    week: new Date(2026, 10, 23),
    month: new Date(2026, 10, 1),
  } as const;
  for (const interval of INTERVALS) {
    const start = startOf(time, interval);
    assert.equal(start, starts[interval].getTime() / 1000, interval);
    assert.equal(startOf(start, interval), start);
  }
});
