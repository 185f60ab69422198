import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { anyTime, apacheText, isoText, plainInstant } from '../../test/fixtures/plain-calendar.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import { looksLikeTime, parseLogTime, timeEnd } from './log-time.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function iso(text: string): string {
  return new Date(parseLogTime(text)).toISOString();
}

describe('parseLogTime', () => {
  it('parses the timestamps of Apache and nginx', () => {
    assert.equal(iso('17/May/2015:10:05:03 +0000'), '2015-05-17T10:05:03.000Z');
    assert.equal(iso('29/Feb/2024:23:59:59 +0000'), '2024-02-29T23:59:59.000Z');
  });

  it('subtracts the zone offset', () => {
    assert.equal(iso('17/May/2015:10:05:03 +0530'), '2015-05-17T04:35:03.000Z');
    assert.equal(iso('17/May/2015:20:05:03 -0700'), '2015-05-18T03:05:03.000Z');
    assert.equal(iso('01/Jan/2015:00:30:00 +1245'), '2014-12-31T11:45:00.000Z');
  });

  it('parses a month in any case', () => {
    assert.equal(iso('17/MAY/2015:10:05:03 +0000'), '2015-05-17T10:05:03.000Z');
    assert.equal(iso('17/may/2015:10:05:03 +0000'), '2015-05-17T10:05:03.000Z');
  });

  it('treats a missing zone as UTC, and parses fractions to the millisecond', () => {
    assert.equal(iso('17/May/2015:10:05:03'), '2015-05-17T10:05:03.000Z');
    assert.equal(iso('17/May/2015:10:05:03.29 +0200'), '2015-05-17T08:05:03.290Z');
    assert.equal(iso('17/May/2015:10:05:03.123456789 +0200'), '2015-05-17T08:05:03.123Z');
  });

  it('parses ISO 8601', () => {
    assert.equal(iso('2015-05-17T10:05:03Z'), '2015-05-17T10:05:03.000Z');
    assert.equal(iso('2015-05-17T10:05:03+02:00'), '2015-05-17T08:05:03.000Z');
    assert.equal(iso('2015-05-17T10:05:03.250-0130'), '2015-05-17T11:35:03.250Z');
    assert.equal(iso('2015-05-17T10:05:03'), '2015-05-17T10:05:03.000Z');
  });

  it('moves a leap second to the next minute', () => {
    assert.equal(iso('31/Dec/2016:23:59:60 +0000'), '2017-01-01T00:00:00.000Z');
  });

  for (const text of [
    '32/Jan/2015:10:05:03 +0000',
    '00/Jan/2015:10:05:03 +0000',
    '31/Apr/2015:10:05:03 +0000',
    '29/Feb/2015:10:05:03 +0000',
    '17/Foo/2015:10:05:03 +0000',
    '17/m\u6d61y/2015:10:05:03 +0000',
    '17/May/20x5:10:05:03 +0000',
    '17/May/0099:10:05:03 +0000',
    '29/Feb/2100:10:05:03 +0000',
    '17/May/2015:25:00:00 +0000',
    '17/May/2015:24:00:00 +0000',
    '17/May/2015:10:60:03 +0000',
    '17/May/2015:10:05:61 +0000',
    '17/May/2015:10:05:03 +2400',
    '17/May/2015:10:05:03 +0060',
    '17/May/2015:10:05:03 *0000',
    '17/May/2015:10:05:03 +00 0',
    '17/May/2015 10:05:03 +0000',
    '2015-02-30T10:05:03Z',
    '2015-13-01T10:05:03Z',
    '2015-05-17T10:05:03+99:00',
    '17/May/2015:10:05:03.',
    '',
  ]) {
    it(`refuses "${text}"`, () => assert.equal(parseLogTime(text), Number.NaN));
  }

  it('caches valid days, and no invalid ones', () => {
    const good = '17/May/2015:10:05:03 +0000';
    const expected = parseLogTime(good);
    assert.equal(parseLogTime('17/Foo/2015:10:05:03 +0000'), Number.NaN);
    assert.equal(parseLogTime(good), expected);
    assert.equal(parseLogTime('18/May/2015:10:05:03 +0000'), expected + 86_400_000);
    assert.equal(parseLogTime(good), expected);
  });

  it('matches a plain arithmetic calendar, and is NaN if that has no such day or hour', () => {
    fc.assert(
      fc.property(anyTime, (time) => {
        const expected = plainInstant(time) ?? Number.NaN;
        assert.equal(parseLogTime(apacheText(time)), expected, apacheText(time));
        assert.equal(parseLogTime(isoText(time)), expected, isoText(time));
      }),
      { seed: 3104, numRuns: rounds(5000, 1000) },
    );
  });

  it('agrees with the calendar on every second of 130 years, in every zone', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(1971, 0) / 1000, max: Date.UTC(2099, 0) / 1000 }),
        fc.integer({ min: -14 * 60, max: 14 * 60 }),
        (seconds, zone) => {
          const [, year, month, day, clock] =
            /^(\d+)-(\d+)-(\d+)T([\d:]+)/.exec(new Date((seconds + zone * 60) * 1000).toISOString()) ?? [];
          const minutes = Math.abs(zone);
          const offset = String(Math.floor(minutes / 60) * 100 + (minutes % 60)).padStart(4, '0');
          const sign = zone < 0 ? '-' : '+';
          const text = `${day}/${MONTHS[Number(month) - 1]}/${year}:${clock} ${sign}${offset}`;
          assert.equal(parseLogTime(text), seconds * 1000);
          assert.equal(parseLogTime(`[${text}]`, 1, text.length + 1), seconds * 1000);
        },
      ),
      { seed: 17, numRuns: rounds(2000, 500) },
    );
  });
});

describe('looksLikeTime', () => {
  it('recognizes both notations by their separators', () => {
    assert.ok(looksLikeTime('[32/Xyz/2015:', 1));
    assert.ok(looksLikeTime('[2015-05-17T10', 1));
    assert.ok(!looksLikeTime('[error] [client', 1));
    assert.ok(!looksLikeTime('[', 1));
  });
});

describe('timeEnd', () => {
  it('looks for the bracket only as far as a timestamp reaches', () => {
    assert.equal(timeEnd('17/May/2015:10:05:03 +0000]', 0), 26);
    assert.equal(timeEnd(`17/May/2015:10:05:03.123456789 +0000]`, 0), 36);
    assert.equal(timeEnd(`17/May/2015:${' '.repeat(100)}]`, 0), -1);
  });
});
