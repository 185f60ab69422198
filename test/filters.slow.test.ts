import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { report } from '../src/commands/report.ts';
import type { Stats, Top } from '../src/index.ts';
import { assertProblem, BEARER } from './fixtures/any-server.ts';
import { file } from './fixtures/file-scope.ts';
import { ServerHere } from './fixtures/server-here.ts';
import { typed } from './fixtures/typed-command.ts';

const SITE = 'site=blog.example';
const PERIOD = 'from=2026-03-02&to=2026-03-04&interval=day';

/** Visitor, time, path, language. */
const HITS = [
  // Ten minutes of reading.
  ['anna', '2026-03-02T10:00:00Z', '/blog/a', 'de'],
  ['anna', '2026-03-02T10:10:00Z', '/blog/b', 'de'],
  // One page on each day.
  ['ben', '2026-03-02T12:00:00Z', '/blog/a', 'en'],
  ['ben', '2026-03-03T09:00:00Z', '/shop', 'en'],
  // Paths that a LIKE would confuse.
  ['cleo', '2026-03-03T09:00:00Z', '/100%_off', 'fr'],
  ['dora', '2026-03-03T09:00:00Z', '/100x-off', ''],
  // The two previous days, and the same ones of the year before.
  ['anna', '2026-02-28T10:00:00Z', '/blog/a', 'de'],
  ['anna', '2026-03-01T11:00:00Z', '/blog/a', 'de'],
  ['anna', '2025-03-03T11:00:00Z', '/blog/a', 'de'],
] as const;

let folder = '';
let server: ServerHere;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hit-tracker-'));
  server = await ServerHere.start(file, join(folder, 'data'));
  const hits = HITS.map(([visitor, time, path, language]) => ({
    ...{ site: 'blog.example', visitor, time, path, language },
  }));
  const answer = await server.post('/api/v1/hits', hits, BEARER);
  assert.equal((JSON.parse(answer.text) as { accepted: number }).accepted, HITS.length);
});

after(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** Parameters of a query, each encoded. */
function query(...words: string[]): string {
  const encoded = words.map((word) => {
    const at = word.indexOf('=');
    return `${encodeURIComponent(word.slice(0, at))}=${encodeURIComponent(word.slice(at + 1))}`;
  });
  return [SITE, PERIOD, ...encoded].join('&');
}

function stats(...words: string[]): Promise<Stats> {
  return server.ask<Stats>(`/api/v1/stats?${query(...words)}`);
}

async function totals(...words: string[]): Promise<[number, number]> {
  const { hits, visitors } = (await stats(...words)).totals;
  return [hits!, visitors!];
}

const reported = (...args: string[]) =>
  typed(report, [
    ...['--data-dir', join(folder, 'data'), '--site', 'blog.example'],
    ...['--from', '2026-03-02', '--to', '2026-03-04', '--interval', 'day', ...args],
  ]);

describe('filters', () => {
  it('select hits by the values of several dimensions at once', async () => {
    assert.deepEqual(await totals(), [6, 4]);
    assert.deepEqual(await totals('filter=path=/blog/*'), [3, 2]);
    assert.deepEqual(await totals('filter=path=/blog/*', 'filter=language=en'), [1, 1]);
    assert.deepEqual(await totals('filter=path=/blog/a|/shop'), [3, 2]);
    assert.deepEqual(await totals('filter=path!=/blog/*'), [3, 3]);
    assert.deepEqual(await totals('filter=path=*a*', 'filter=path!=/blog/a|/100*'), [0, 0]);
    assert.deepEqual(await totals('filter=path=/BLOG/*'), [0, 0]);
    assert.deepEqual(await totals('filter=language='), [1, 1]);
    assert.deepEqual(await totals('filter=language!=', 'filter=language!=en|fr'), [2, 1]);
  });

  it('have a short form: a parameter for each dimension', async () => {
    assert.deepEqual(await totals('path=/blog/*', 'language=en'), [1, 1]);
    assert.deepEqual(await totals('path!=/blog/*'), [3, 3]);
    assert.deepEqual(await totals('path=/blog/*', 'path=*/b'), [1, 1]);
    assert.deepEqual(await totals('path=', 'language='), [6, 4]);
    const plain = await server.ask<Stats>(`/api/v1/stats?${SITE}&${PERIOD}&path=/blog/*&language!=en`);
    assert.equal(plain.totals.hits, 2);
  });

  it('treat every character except * | and \\ literally', async () => {
    assert.deepEqual(await totals('path=/100%_*'), [1, 1]);
    assert.deepEqual(await totals('path=/100%_off'), [1, 1]);
    assert.deepEqual(await totals('path=/1__*'), [0, 0]);
    assert.deepEqual(await totals('path=/100?-off', 'path=/.*'), [0, 0]);
    assert.deepEqual(await totals("path=/x' OR 1=1 --"), [0, 0]);
  });

  it('apply to rankings as well', async () => {
    const top = await server.ask<Top>(`/api/v1/top?by=path&${query('filter=language=en|fr')}`);
    assert.deepEqual(
      top.rows.map(({ value, hits, visitors }) => [value, hits, visitors]),
      [
        ['/100%_off', 1, 1],
        ['/blog/a', 1, 1],
        ['/shop', 1, 1],
      ],
    );
  });

  it('that are invalid are named', async () => {
    for (const [words, said] of [
      [['filter=age=7'], /^filter "age=7" has an unknown dimension: use path, /],
      [['filter=/blog/*'], /^filter "\/blog\/\*" is not a filter such as path=\/blog\/\*/],
      [['path=a\\'], /^filter "path=a\\" has a \\/],
      [[`country=${'DE|'.repeat(100)}`], /has 101 values, at most 100 are allowed$/],
      [Array.from({ length: 21 }, () => 'filter=path=/a'), /^21 filters are given, at most 20 are allowed$/],
    ] as const) {
      const sent = await server.send(`/api/v1/stats?${query(...words)}`, { headers: BEARER });
      assert.match(assertProblem(sent, 400, 'invalid').detail, said);
    }
  });

  it('of a report may be several', async () => {
    const { stdout, stderr } = await reported(
      '--json',
      '--filter',
      'path=/blog/*',
      '--filter',
      'language=en|fr',
    );
    const { totals, tops } = JSON.parse(stdout) as { totals: object; tops: { path: object[] } };
    assert.deepEqual(totals, { hits: 1, visitors: 1 }, stderr);
    assert.deepEqual(tops.path, [{ value: '/blog/a', hits: 1, visitors: 1 }]);
  });
});

describe('visits', () => {
  const VISITS = 'metrics=hits,visitors,visits,bounce_rate,visit_duration';

  it('are in an answer if requested: in total, and for each interval', async () => {
    const { totals, series } = await stats(VISITS);
    assert.deepEqual(totals, { hits: 6, visitors: 4, visits: 5, bounce_rate: 0.8, visit_duration: 120 });
    assert.deepEqual(series, [
      {
        ...{ time: '2026-03-02T00:00:00Z', hits: 3, visitors: 2 },
        ...{ visits: 2, bounce_rate: 0.5, visit_duration: 300 },
      },
      {
        ...{ time: '2026-03-03T00:00:00Z', hits: 3, visitors: 3 },
        ...{ visits: 3, bounce_rate: 1, visit_duration: 0 },
      },
    ]);
    assert.deepEqual((await stats('metrics=visits')).totals, { hits: 6, visitors: 4, visits: 5 });
    assert.deepEqual((await stats()).totals, { hits: 6, visitors: 4 });
  });

  it('are whole where a filter by page selects one of their hits', async () => {
    const { totals, series } = await stats(VISITS, 'path=/blog/b');
    assert.deepEqual(totals, { hits: 1, visitors: 1, visits: 1, bounce_rate: 0, visit_duration: 600 });
    assert.deepEqual(series[1], {
      ...{ time: '2026-03-03T00:00:00Z', hits: 0, visitors: 0 },
      ...{ visits: 0, bounce_rate: null, visit_duration: null },
    });
  });

  it('are not counted for an unknown metric', async () => {
    const sent = await server.send(`/api/v1/stats?${query('metrics=visits,views')}`, { headers: BEARER });
    assert.match(
      assertProblem(sent, 400, 'invalid').detail,
      /^metrics "views" is unknown: use hits, visitors, /,
    );
  });
});

describe('a comparison', () => {
  it('is with the previous period', async () => {
    const { comparison } = await stats('compare=previous');
    assert.deepEqual(comparison, {
      ...{
        from: '2026-02-28T00:00:00Z',
        to: '2026-03-02T00:00:00Z',
        totals: { hits: 2, visitors: 1 },
      },
      series: [
        { time: '2026-02-28T00:00:00Z', hits: 1, visitors: 1 },
        { time: '2026-03-01T00:00:00Z', hits: 1, visitors: 1 },
      ],
      change: { hits: 2, visitors: 3 },
    });
  });

  it('is with the same days of the year before, for the same hits and metrics', async () => {
    const { comparison } = await stats('compare=year', 'metrics=visits,bounce_rate', 'path=/blog/*');
    assert.deepEqual(comparison?.totals, { hits: 1, visitors: 1, visits: 1, bounce_rate: 1 });
    assert.deepEqual(comparison?.change, { hits: 2, visitors: 1, visits: 1, bounce_rate: -0.5 });
    const nothing = await stats('compare=year', 'path=/shop');
    assert.deepEqual(nothing.comparison?.change, { hits: null, visitors: null });
  });

  it('is included only if requested', async () => {
    assert.equal('comparison' in (await stats()), false);
    const sent = await server.send(`/api/v1/stats?${query('compare=month')}`, { headers: BEARER });
    assert.match(
      assertProblem(sent, 400, 'invalid').detail,
      /^compare "month" is unknown: use previous, year$/,
    );
  });

  it('is beside the totals in a report', async () => {
    const { stdout, stderr } = await reported('--compare', 'previous', '--metrics', 'visits,visit_duration');
    assert.match(stdout, /^compared with 2026-02-28 to 2026-03-02$/m, stderr);
    assert.match(stdout, /^total +6 +4 +5 +2m 00s$/m);
    assert.match(stdout, /^before +2 +1 +2 +0s$/m);
    assert.match(stdout, /^change +\+200\.0 % +\+300\.0 % +\+150\.0 % +–$/m);
  });

  it('is in the CSV of a report, beside each point', async () => {
    const { stdout } = await reported('--csv', '--compare', 'previous');
    assert.deepEqual(stdout.split('\r\n').slice(0, 2), [
      'time,hits,visitors,compared_time,compared_hits,compared_visitors',
      '2026-03-02T00:00:00Z,3,2,2026-02-28T00:00:00Z,1,1',
    ]);
  });
});
