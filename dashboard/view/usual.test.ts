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
  // A part of the hour before would be too little for all of it.
  assert.equal(usualHours(now, new Date(2026, 10, 16, 14, 0).getTime()).length, 2);
  assert.equal(usualHours(now, new Date(2026, 10, 16, 14, 30).getTime()).length, 1);
  assert.equal(meanHour([]), undefined);
  assert.deepEqual(
    meanHour([
      { hits: 10, visitors: 4 },
      { hits: 20, visitors: 5 },
    ]),
    { hits: 15, visitors: 4.5 },
  );
});

/** The same in both hours, with as many hits per visitor. */
function usual(hits: number, hitsPerVisitor = 1, before = hits) {
  const hour = (count: number) => ({ hits: count, visitors: count / hitsPerVisitor });
  return { hour: hour(hits), before: hour(before) };
}

const NOON = new Date(2026, 10, 30, 12, 0, 0);

test('only what random arrivals hardly ever do is busier or quieter than usual', () => {
  assert.equal(verdictOf({ seconds: 300, hits: 100 }, usual(1200), NOON), undefined);
  assert.equal(verdictOf({ seconds: 300, hits: 130 }, usual(1200), NOON), undefined);
  assert.equal(verdictOf({ seconds: 300, hits: 250 }, usual(1200), NOON), 'busier');
  assert.equal(verdictOf({ seconds: 300, hits: 0 }, usual(1200), NOON), 'quieter');
  // Few hits come and go.
  assert.equal(verdictOf({ seconds: 300, hits: 0 }, usual(60), NOON), undefined);
  assert.equal(verdictOf({ seconds: 300, hits: 9 }, usual(0), NOON), undefined);
  assert.equal(verdictOf({ seconds: 300, hits: 40 }, usual(0), NOON), 'busier');
  assert.equal(verdictOf({ seconds: 86_400, hits: 1_000_000 }, usual(1200), NOON), undefined);
});

test('a few more visits of many pages each are not far more hits', () => {
  // 4 visits of 5 pages an hour are usual, and 8 come.
  assert.equal(verdictOf({ seconds: 3600, hits: 40 }, usual(20, 5), NOON), undefined);
  assert.equal(verdictOf({ seconds: 3600, hits: 100 }, usual(20, 5), NOON), 'busier');
});

test('a window that began in the hour before is compared with what is usual in both', () => {
  const morning = usual(3000, 1, 1000);
  const at = (minutes: number) => new Date(2026, 10, 30, 7, minutes);
  assert.equal(verdictOf({ seconds: 3600, hits: 1000 }, morning, at(0)), undefined);
  assert.equal(verdictOf({ seconds: 3600, hits: 2000 }, morning, at(30)), undefined);
  assert.equal(verdictOf({ seconds: 3600, hits: 1000 }, morning, at(59)), 'quieter');
  assert.equal(verdictOf({ seconds: 300, hits: 250 }, morning, at(5)), undefined);
});
