import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseSchedule } from './schedule-text.ts';

const ZONE = 'Europe/Berlin';

function next(text: string, after: string, timezone = ZONE): string {
  const due = parseSchedule(text.split(' '), timezone).dueAfter(Date.parse(after));
  return new Date(due!).toISOString();
}

describe('when', () => {
  test('is a time of day in its time zone', () => {
    assert.equal(next('daily 07:00', '2026-11-24T05:00:00Z'), '2026-11-24T06:00:00.000Z');
    assert.equal(next('weekly mon 7:30', '2026-11-24T05:00:00Z'), '2026-11-30T06:30:00.000Z');
    assert.equal(next('monthly 28 00:00', '2026-11-28T00:00:00Z'), '2026-12-27T23:00:00.000Z');
    assert.equal(next('hourly', '2026-11-24T05:00:00Z', 'Asia/Kathmandu'), '2026-11-24T05:15:00.000Z');
  });

  test('is after the clock change, for a skipped time', () => {
    assert.equal(next('daily 02:30', '2026-03-28T12:00:00Z'), '2026-03-29T01:00:00.000Z');
    assert.equal(next('daily 02:30', '2026-03-29T12:00:00Z'), '2026-03-30T00:30:00.000Z');
  });

  test('is once, for a repeated time', () => {
    const twice = parseSchedule(['daily', '02:30'], ZONE);
    const first = twice.dueAfter(Date.parse('2026-10-24T12:00:00Z'))!;
    assert.equal(new Date(first).toISOString(), '2026-10-25T00:30:00.000Z');
    assert.equal(new Date(twice.dueAfter(first)!).toISOString(), '2026-10-26T01:30:00.000Z');
  });

  test('is due at the exact moment', () => {
    const moment = Date.parse('2026-11-24T06:00:00Z');
    const when = parseSchedule(['daily', '07:00'], ZONE);
    assert.equal(when.dueBefore(moment), moment);
    assert.equal(when.dueBefore(moment - 1), moment - 86_400_000);
  });

  test('leaves the following words', () => {
    const words = ['weekly', 'sun', '03:00', '--to', 'x'];
    parseSchedule(words, ZONE);
    assert.deepEqual(words, ['--to', 'x']);
  });

  for (const [text, complaint] of [
    ['', /"" is not hourly, daily 07:00/],
    ['yearly', /"yearly" is not hourly/],
    ['daily', /daily: "" is not a time of day/],
    ['daily 24:00', /daily: "24:00" is not a time of day/],
    ['weekly someday 07:00', /weekly: "someday" is not sun, mon/],
    ['monthly 31 07:00', /monthly: "31" is not a day from 1 to 28/],
    ['cron', /"" is not a cron pattern/],
    ['cron nonsense', /"nonsense" is not a cron pattern/],
  ] as const) {
    test(`is refused as "${text}", with the reason`, () => {
      assert.throws(() => parseSchedule(text.split(' '), ZONE), { code: 'bad_setting', message: complaint });
    });
  }

  test('is refused if it never occurs', () => {
    assert.throws(() => parseSchedule(['cron', '0 0 30 2 *'], ZONE), /never occurs/);
  });
});
