import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Stats } from '../src/index.ts';
import { BEARER } from './fixtures/any-server.ts';
import { run } from './fixtures/command-line.ts';
import { logLine } from './fixtures/log-line.ts';
import { sharedServerHere } from './fixtures/shared-server.ts';
import { temporaryFolder } from './fixtures/temporary.ts';

const server = await sharedServerHere();
const HOUR = 3_600_000;
const YEAR = 365 * 24 * HOUR;

interface Outcome {
  readonly accepted: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly errors: readonly { readonly index: number; readonly error: string }[];
}

interface Live {
  readonly total: { readonly hits: number };
  readonly windows: readonly { readonly hits: number }[];
}

async function sent(site: string, times: readonly unknown[]): Promise<Outcome> {
  const hits = times.map((time) => ({ site, path: '/', visitor: 'ann', time }));
  const answer = await server.post('/api/v1/hits', hits, BEARER);
  assert.equal(answer.status, 202);
  return JSON.parse(answer.text) as Outcome;
}

/** Stored hits of a site, and live hits of all time, the last minute and the last 24 hours. */
async function counted(site: string): Promise<{ stored: number; live: number[] }> {
  const { totals } = await server.ask<Stats>(`/api/v1/stats?site=${site}`);
  const { total, windows } = await server.ask<Live>(`/api/v1/live?site=${site}&window=60s,24h`);
  return { stored: totals.hits!, live: [total.hits, ...windows.map(({ hits }) => hits)] };
}

describe('a batch', () => {
  it('reports hits with impossible times, and does not count them anywhere', async () => {
    const now = Date.now();
    const bad = [
      ...['2300-01-01T00:00:00Z', now + 10 * YEAR, now + HOUR, new Date(now + HOUR).toISOString()],
      ...['1989-12-31T23:59:59Z', 0, -1, 1_764_000_000],
      ...['2026-02-30T12:00:00Z', '2026-04-31', '2026-01-01T25:00:00Z', '2015-13-01', 'yesterday', true, ''],
    ];
    const before = await server.dropped('invalid');
    const outcome = await sent('never.example', bad);
    assert.deepEqual([outcome.accepted, outcome.dropped], [0, { invalid: bad.length }]);
    assert.deepEqual(
      outcome.errors.map(({ index }) => index),
      bad.map((_, index) => index),
    );
    for (const { index, error } of outcome.errors) {
      const expected = index < 4 ? /ahead of the clock/ : index < 8 ? /before 1990/ : /existing ISO 8601/;
      assert.match(error, expected);
    }
    assert.equal(await server.dropped('invalid'), before + bad.length);
    assert.deepEqual(await counted('never.example'), { stored: 0, live: [0, 0, 0] });
  });

  it('may come from a clock that is minutes ahead, and its hits count as current', async () => {
    const outcome = await sent('skewed.example', [Date.now() + 9 * 60_000, null]);
    assert.deepEqual([outcome.accepted, outcome.errors], [2, []]);
    assert.deepEqual(await counted('skewed.example'), { stored: 2, live: [2, 2, 2] });
  });
});

it('an import names the lines with impossible times, each with the reason', async (t) => {
  const folder = temporaryFolder(t);
  const log = join(folder, 'access.log');
  const times = ['17/May/2015:10:05:03 +0000', '01/Jan/2290:00:00:00 +0000', '30/Feb/2015:10:05:03 +0000'];
  writeFileSync(log, times.map((time) => logLine({ time })).join(''));
  const imported = await run(['import', '--json', '--data-dir', join(folder, 'data'), log]);
  assert.equal(imported.code, 1);
  assert.match(imported.stderr, /access\.log: 2 of 3 lines were not imported\./);
  const { failures, ...counts } = JSON.parse(imported.stdout);
  assert.deepEqual([counts.lines, counts.imported, counts.failed], [3, 1, 2]);
  assert.deepEqual(
    failures.map(({ line, reason }: { line: number; reason: string }) => [
      line,
      reason.replace(/ahead.*/, 'ahead'),
    ]),
    [
      [2, 'time 2290-01-01T00:00:00.000Z is more than 10 minutes ahead'],
      [3, 'The timestamp is not a date such as [17/May/2015:10:05:03 +0000].'],
    ],
  );
});

it('a query covers all that is stored, even beyond 32-bit seconds', async () => {
  await sent('edge.example', ['1990-01-01T00:00:00Z', '2000-02-29T12:00:00Z']);
  for (const to of ['2106-02-07T06:28:15Z', '2106-02-07T06:28:17Z', '2149-06-07', '2298-12-31T23:59:59Z']) {
    for (const timezone of ['UTC', 'Pacific/Kiritimati', 'America/Adak']) {
      const params = `site=edge.example&from=1989-01-01&to=${to}&interval=month&timezone=${timezone}`;
      const { totals, series } = await server.ask<Stats>(`/api/v1/stats?${params}`);
      const counted = series
        .filter(({ hits }) => hits !== 0)
        .map(({ time, hits }) => [time.slice(0, 7), hits]);
      assert.deepEqual(totals, { hits: 2, visitors: 1 }, params);
      assert.equal(counted.length, 2, params);
    }
  }
});
