/** Page views apart from other requests, from an access log to the answers. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { importLogs } from '../src/commands/import.ts';
import { query } from '../src/commands/query.ts';
import { report } from '../src/commands/report.ts';
import type { QueryAnswer } from '../src/query/query-schemas.ts';
import { placeEmptyStore } from './fixtures/empty-store.ts';
import { scaledTimeout } from './fixtures/scaled-timeout.ts';
import { temporaryFolder } from './fixtures/temporary.ts';
import { typed } from './fixtures/typed-command.ts';

/** Client, request, status, and the class that it has. */
const LINES = [
  ['1.1.1.1', 'GET /', 200, 'page'],
  ['1.1.1.1', 'GET /site.css', 200, 'asset'],
  ['1.1.1.1', 'GET /logo.png', 304, 'asset'],
  ['1.1.1.1', 'GET /favicon.ico', 404, 'asset'],
  ['2.2.2.2', 'GET /old', 301, 'other'],
  ['2.2.2.2', 'GET /new', 200, 'page'],
  ['2.2.2.2', 'GET /news', 200, 'page'],
  ['3.3.3.3', 'GET /feed', 200, 'feed'],
  ['3.3.3.3', 'GET /?feed=rss2', 200, 'feed'],
  ['4.4.4.4', 'OPTIONS /', 200, 'other'],
  ['4.4.4.4', 'POST /api/login', 200, 'api'],
  ['5.5.5.5', 'GET /missing', 404, 'other'],
  ['5.5.5.5', 'PROPFIND /', 405, 'other'],
  ['5.5.5.5', 'HEAD /', 200, 'other'],
] as const;
const LOG = LINES.map(
  ([client, request, status], at) =>
    `${client} - - [01/Mar/2026:10:00:${String(at).padStart(2, '0')} +0000] "${request} HTTP/1.1" ${status} 5 "-" "Mozilla/5.0 (Macintosh) Safari/605.1.15"\n`,
).join('');

it('an access log has page views and other requests, and bounces count page views alone', {
  timeout: scaledTimeout(60_000),
}, async (t) => {
  const folder = temporaryFolder(t);
  const data = ['--data-dir', join(folder, 'data')];
  const file = join(folder, 'access.log');
  writeFileSync(file, LOG);
  placeEmptyStore(join(data[1]!, 'store'));
  const good = async (command: Parameters<typeof typed>[0], ...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await typed(command, [...args, ...data]);
    assert.equal(code, 0, stderr);
    return stdout;
  };
  await good(importLogs, file, '--site', 'log.example');
  const ask = async (asked: object): Promise<QueryAnswer['results']> => {
    const path = join(folder, 'query.json');
    writeFileSync(path, JSON.stringify({ period: 'all', ...asked }));
    return (JSON.parse(await good(query, path)) as QueryAnswer).results;
  };

  const metrics = ['hits', 'pageviews', 'events', 'visits', 'bounce_rate', 'views_per_visit'];
  // One of five visits has one page view.
  assert.deepEqual((await ask({ metrics }))[0]!.metrics, [LINES.length, 3, 0, 5, 0.2, 0.6]);
  const counts = new Map<string, number>();
  for (const [, , , name] of LINES) counts.set(name, (counts.get(name) ?? 0) + 1);
  assert.deepEqual(
    new Map(
      (await ask({ metrics: ['hits'], dimensions: ['class'] })).map(({ dimensions, metrics }) => [
        dimensions[0],
        metrics[0],
      ]),
    ),
    counts,
  );
  const missing = {
    filters: [
      [
        'and',
        [
          ['is', 'class', ['asset']],
          ['is', 'status', ['404']],
        ],
      ],
    ],
  };
  assert.deepEqual(await ask({ metrics: ['hits'], dimensions: ['page'], ...missing }), [
    { dimensions: ['/favicon.ico'], metrics: [1] },
  ]);

  const reported = JSON.parse(await good(report, '--class', 'asset,feed', '--by', 'path', '--json'));
  assert.equal(reported.totals.hits, 5);
  const { code, stderr } = await typed(report, ['--class', 'assets', ...data]);
  assert.equal(code, 2);
  assert.match(stderr, /class "assets" is unknown: did you mean "asset"\?/);
});
