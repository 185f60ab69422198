import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { intakeAt } from '../../test/fixtures/intake.ts';
import { FIREFOX, logLine } from '../../test/fixtures/log-line.ts';
import { TrustedProxies } from '../hit/address.ts';
import { Sites } from '../hit/site.ts';
import { ROW_LAYOUT } from '../rows/row-layout.ts';
import { intactLength } from '../rows/row-seal.ts';
import type { LogFormat } from '../settings/log-format.ts';
import { FORMAT_RULES } from './format.ts';
import { ChunkReader, type ChunkResult } from './reader.ts';

const NOW = Date.UTC(2026, 0, 1);

function read(
  log: string | Buffer,
  { format = 'combined', allowed }: { format?: LogFormat; allowed?: string[] } = {},
): ChunkResult {
  const intake = intakeAt(
    { now: NOW },
    {
      sites: new Sites({ allowed, max: Number.POSITIVE_INFINITY }),
      proxies: new TrustedProxies('none'),
      identity: 'cookieless',
    },
  );
  return new ChunkReader({ intake, rules: FORMAT_RULES[format], site: 'example.com' }).read(Buffer.from(log));
}

/** Each live count as `site time`. */
function seen({ countedVisitors }: ChunkResult): string[] {
  return Array.from(
    countedVisitors.site,
    (site, i) => `${countedVisitors.sites[site]} ${new Date(countedVisitors.time[i]!).toISOString()}`,
  );
}

function visitors({ countedVisitors }: ChunkResult): number {
  return new Set(Array.from(countedVisitors.high, (high, i) => `${high} ${countedVisitors.low[i]}`)).size;
}

describe('a log chunk', () => {
  it('produces a row and a live count for each line', () => {
    const result = read(logLine() + logLine({ address: '203.0.113.8' }) + logLine());
    assert.deepEqual([result.lines, result.lineBreaks, result.imported, result.failed], [3, 3, 3, 0]);
    assert.deepEqual(intactLength(Buffer.from(result.rows), ROW_LAYOUT), {
      length: result.rows.length,
      rows: 3,
    });
    assert.equal(visitors(result), 2);
    assert.deepEqual(seen(result), Array(3).fill('example.com 2015-05-17T10:05:03.000Z'));
  });

  it('may be empty', () => {
    const result = read('');
    assert.deepEqual([result.lines, result.lineBreaks, result.rows.length], [0, 0, 0]);
  });

  it('has rows for bots, but no live counts', () => {
    const result = read(logLine({ agent: 'Googlebot/2.1 (+http://www.google.com/bot.html)' }) + logLine());
    assert.equal(result.imported, 2);
    assert.equal(seen(result).length, 1);
  });

  it('numbers failures by line, and counts blank lines only for that', () => {
    const result = read(`\n${logLine()}\r\n   \nnonsense\n${logLine()}[17/May/2015:10:05:03 +0000]`);
    assert.deepEqual(
      result.failures.map(({ line }) => line),
      [5, 7],
    );
    assert.match(result.failures[0]?.reason ?? '', /no timestamp/);
    assert.deepEqual([result.lines, result.lineBreaks, result.imported, result.failed], [4, 7, 2, 2]);
  });

  it('lists the first 20 failures and counts the others', () => {
    const { failures, failed } = read('nonsense\n'.repeat(50));
    assert.deepEqual([failures.length, failed, failures.at(-1)?.line], [20, 50, 20]);
  });

  it('has failures for sites that are not counted', () => {
    const { failures, imported } = read(logLine(), { allowed: ['other.example'] });
    assert.equal(imported, 0);
    assert.match(failures[0]?.reason ?? '', /site "example\.com" is not in --sites/);
  });

  it('accepts lines of 8 KB and 64 KB, and refuses longer ones', () => {
    const paths = [8192, 65_000, 70_000].map((length) => `/${'x'.repeat(length)}`);
    const result = read(paths.map((path) => logLine({ path })).join(''));
    assert.deepEqual([result.imported, result.failed], [2, 1]);
    assert.equal(result.failures[0]?.line, 3);
    assert.match(result.failures[0]?.reason ?? '', /more than 65536 characters/);
  });

  it('accepts invalid UTF-8 and NUL bytes', () => {
    const latin1 = Buffer.from(logLine({ path: '/caf\xe9', agent: `${FIREFOX} \xfc` }), 'latin1');
    const nul = Buffer.from(logLine({ path: '/a\0b' }));
    const result = read(Buffer.concat([latin1, nul, Buffer.alloc(3), Buffer.from(logLine())]));
    assert.deepEqual([result.imported, result.failed], [3, 0]);
    assert.equal(intactLength(Buffer.from(result.rows), ROW_LAYOUT).rows, 3);
  });

  it('treats CRLF and LF alike', () => {
    const unix = logLine() + logLine({ address: '203.0.113.8' });
    const [one, other] = [read(unix), read(unix.replaceAll('\n', '\r\n'))];
    assert.deepEqual(other.rows, one.rows);
    assert.deepEqual(other.countedVisitors, one.countedVisitors);
  });

  it('has a site for each host of a vhost log, and the default site for a line without one', () => {
    const hosts = ['a.example:443 ', 'B.Example:80 ', '[::1]:80 ', '!!! ', '- ', 'a.example '];
    const result = read(hosts.map((host) => host + logLine()).join(''), { format: 'vhost' });
    assert.deepEqual(
      seen(result).map((text) => text.split(' ')[0]),
      ['a.example', 'b.example', '::1', 'example.com', 'example.com', 'a.example'],
    );
  });

  it('keeps the times of its lines, in any order and zone', () => {
    const times = [
      '17/May/2015:10:05:03 +0200',
      '17/May/2015:10:05:03 -0530',
      '01/Jan/2001:00:00:00 +0000',
      '31/Dec/2025:23:10:00 -0100',
    ];
    const result = read(times.map((time) => logLine({ time })).join(''));
    assert.deepEqual(
      seen(result).map((text) => text.split(' ')[1]),
      [
        '2015-05-17T08:05:03.000Z',
        '2015-05-17T15:35:03.000Z',
        '2001-01-01T00:00:00.000Z',
        new Date(NOW).toISOString(),
      ],
      'one of a clock that is ten minutes ahead counts as now',
    );
  });

  it('refuses lines with impossible times, usual and other lines alike, each with its number and reason', () => {
    const times = [
      '01/Jan/1990:00:30:00 +0000',
      '01/Jan/1990:00:30:00 +0100',
      '01/Jan/2026:00:10:01 +0000',
      '01/Jan/2030:00:00:00 +0000',
      '17/May/2500:10:05:03 +0000',
      '30/Feb/2015:10:05:03 +0000',
      '17/May/2015:25:05:03 +0000',
    ];
    const expected = [
      /^time 1989-12-31T23:30:00\.000Z is before 1990-01-01$/,
      /^time 2026-01-01T00:10:01\.000Z is more than 10 minutes ahead of the clock here/,
      /^time 2030-01-01/,
      /^time 2500-05-17/,
      /timestamp is not a date/,
      /timestamp is not a date/,
    ];
    // A non-ASCII letter leaves a line to the slow parser.
    for (const agent of [FIREFOX, `${FIREFOX} ä`]) {
      const result = read(times.map((time) => logLine({ time, agent })).join(''));
      assert.deepEqual(seen(result), ['example.com 1990-01-01T00:30:00.000Z']);
      assert.deepEqual(
        result.failures.map(({ line }) => line),
        [2, 3, 4, 5, 6, 7],
      );
      for (const [i, { reason }] of result.failures.entries()) assert.match(reason, expected[i]!);
    }
  });

  it('may be larger than the decoding buffer or a group', () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => logLine({ path: `/ä/${i}` }));
    lines[15_000] = 'nonsense\n';
    const result = read(lines.join(''));
    assert.deepEqual([result.lines, result.imported], [20_000, 19_999]);
    assert.deepEqual(
      result.failures.map(({ line }) => line),
      [15_001],
    );
    assert.deepEqual(intactLength(Buffer.from(result.rows), ROW_LAYOUT), {
      length: result.rows.length,
      rows: 19_999,
    });
    assert.equal(result.countedVisitors.time.length, 19_999);
  });
});
