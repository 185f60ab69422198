import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meanHour, usualHours, verdictOf } from './usual.ts';

test('the usual hours are the same hour of the same weekday of four weeks', () => {
  const now = new Date(2026, 10, 30, 15, 42, 7);
  const hours = usualHours(now, 0);
  assert.deepEqual(
    hours.map(({ from }) => new Date(from)),
    [23, 16, 9, 2].map((day) => new Date(2026, 10, day, 15)),
  );
  for (const { from, to } of hours) {
    assert.equal(new Date(from).getDay(), now.getDay());
    assert.equal(to - from, 3_600_000);
  }
});

test('weeks before the first hit do not count, and without any nothing is usual', () => {
  const now = new Date(2026, 10, 30, 15, 42);
  assert.equal(usualHours(now, new Date(2026, 10, 10).getTime()).length, 2);
  assert.deepEqual(usualHours(now, new Date(2026, 10, 25).getTime()), []);
  assert.equal(meanHour([]), undefined);
  assert.deepEqual(
    meanHour([
      { hits: 10, visitors: 4 },
      { hits: 20, visitors: 5 },
    ]),
    { hits: 15, visitors: 4.5 },
  );
});

test('only what random arrivals hardly ever do is busier or quieter than usual', () => {
  assert.equal(verdictOf({ seconds: 300, hits: 100 }, 1200), undefined);
  assert.equal(verdictOf({ seconds: 300, hits: 130 }, 1200), undefined);
  assert.equal(verdictOf({ seconds: 300, hits: 250 }, 1200), 'busier');
  assert.equal(verdictOf({ seconds: 300, hits: 0 }, 1200), 'quieter');
  // Few hits come and go.
  assert.equal(verdictOf({ seconds: 300, hits: 0 }, 60), undefined);
  assert.equal(verdictOf({ seconds: 86_400, hits: 1_000_000 }, 1200), undefined);
});
