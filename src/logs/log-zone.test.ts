import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rulesOf } from './format-detection.ts';
import { LineParser } from './line-parser.ts';
import { LogZone } from './log-zone.ts';

/** The times of the lines of a log, in ISO 8601. */
function timesOf(lines: readonly string[], format: string, timezone: string | undefined): string[] {
  const bytes = Buffer.from(lines.join('\n'));
  const parser = new LineParser(rulesOf(format, bytes.toString(), { timezone }), 'site.example');
  parser.open(bytes);
  const times: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    at = parser.next(at);
    if (parser.outcome === 'read') times.push(new Date(parser.facts.time).toISOString());
  }
  return times;
}

const inBerlin = (lines: readonly string[], format = 'auto') => timesOf(lines, format, 'Europe/Berlin');
const haproxy = (time: string) =>
  `203.0.113.7:33317 [${time}] in web/a 1/0/3/6/9 200 2 - - ---- 1/1/1/1/0 0/0 "GET /a HTTP/1.1"`;

describe('times without an offset', () => {
  it('are in the time zone of the log, in summer and in winter', () => {
    assert.deepEqual(inBerlin([haproxy('17/Jul/2026:00:05:03.655'), haproxy('17/Jan/2026:00:05:03.655')]), [
      '2026-07-16T22:05:03.655Z',
      '2026-01-16T23:05:03.655Z',
    ]);
    assert.deepEqual(timesOf([haproxy('17/Jul/2026:00:05:03')], 'auto', 'Asia/Kathmandu'), [
      '2026-07-16T18:20:03.000Z',
    ]);
    const common = '203.0.113.7 - - [17/Jul/2026:00:05:03] "GET /a HTTP/1.1" 200 1';
    assert.deepEqual(inBerlin([common]), ['2026-07-16T22:05:03.000Z']);
    const json = { time: '2026-07-17 00:05:03', client: '203.0.113.7', url: '/a', status: 200 };
    assert.deepEqual(inBerlin([JSON.stringify(json)]), ['2026-07-16T22:05:03.000Z']);
    const strftime = ['203.0.113.7 [2026-07-17 00:05:03] "GET /a HTTP/1.1" 200'];
    assert.deepEqual(inBerlin(strftime, '%h [%{%F %T}t] "%r" %>s'), ['2026-07-16T22:05:03.000Z']);
  });

  it('are in UTC without a time zone, and in formats whose times are', () => {
    assert.deepEqual(timesOf([haproxy('17/Jul/2026:00:05:03')], 'auto', undefined), [
      '2026-07-17T00:05:03.000Z',
    ]);
    const w3c = ['#Fields: date time c-ip cs-uri-stem sc-status', '2026-07-17 00:05:03 203.0.113.7 /a 200'];
    assert.deepEqual(inBerlin(w3c), ['2026-07-17T00:05:03.000Z']);
    const zulu = ['203.0.113.7 2026-07-17T00:05:03Z "GET /a HTTP/1.1" 200'];
    assert.deepEqual(inBerlin(zulu, '%h %{%FT%TZ}t "%r" %>s'), ['2026-07-17T00:05:03.000Z']);
    const number = { ts: '1784246703.5', client: '203.0.113.7', url: '/a', status: 200 };
    assert.deepEqual(inBerlin([JSON.stringify(number)]), ['2026-07-17T00:05:03.500Z']);
  });

  it('do not change those with an offset', () => {
    for (const time of [
      '17/Jul/2026:00:05:03 +0000',
      '2026-07-17T02:05:03+02:00',
      '17/Jul/2026:00:05:03.0 +0000',
    ]) {
      assert.deepEqual(inBerlin([`203.0.113.7 - - [${time}] "GET /a HTTP/1.1" 200 1`]), [
        '2026-07-17T00:05:03.000Z',
      ]);
    }
  });
});

describe('a log zone', () => {
  it('gives each local time its moment, except the second occurrence of an hour', () => {
    for (const timezone of [
      'Europe/Berlin',
      'America/St_Johns',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
      'UTC',
    ]) {
      const zone = new LogZone(timezone);
      const clock = new Intl.DateTimeFormat('sv', {
        timeZone: timezone,
        dateStyle: 'short',
        timeStyle: 'medium',
      });
      const seen = new Set<number>();
      // Steps that fall on all minutes and seconds, over more than a year.
      for (let time = Date.UTC(2026, 0, 1); time < Date.UTC(2027, 1, 1); time += 31 * 60_000 + 1000) {
        const wall = Date.parse(`${clock.format(time).replace(' ', 'T')}Z`);
        const given = zone.timeOf(wall);
        if (given !== time)
          assert.equal(clock.format(given), clock.format(time), new Date(time).toISOString());
        if (given !== time) seen.add(Math.floor(time / 86_400_000));
      }
      assert.ok(seen.size <= 1, `${timezone} differs on ${seen.size} days`);
    }
  });
});
