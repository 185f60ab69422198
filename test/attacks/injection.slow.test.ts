/** Hostile texts are values: in a query they select what equals them, in a log they are stored as they are, and no more. */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { DIMENSIONS } from '../../src/clickhouse/dimension.ts';
import { FILTER_DIMENSIONS } from '../../src/query/language/vocabulary.ts';
import { BEARER, FIREFOX } from '../fixtures/any-server.ts';
import { run } from '../fixtures/command-line.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { sharedServerHere } from '../fixtures/shared-server.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const SITE = 'own.example';
const HITS = 7;
const HOSTILE = [
  ...[
    "'",
    "''",
    "' OR 1=1 --",
    "' OR '1'='1",
    "'; DROP TABLE hits; --",
    "\\'; DROP TABLE hits; --",
    "') OR 1=1 --",
  ],
  ...[
    '"',
    '`',
    '`; DROP TABLE hits',
    '\\',
    '\\\\',
    "\\'",
    '%',
    '_',
    '%%',
    '*',
    '?',
    '|',
    '/* */',
    '--',
    '#',
    ';',
  ],
  ...[
    '{site:String}',
    '{_:Identifier}',
    '$1',
    ':site',
    '@@version',
    '<%= 7*7 %>',
    '{{7*7}}',
    '$(id)',
    '`id`',
  ],
  ...[
    "' UNION ALL SELECT * FROM system.tables --",
    "x') FORMAT Null",
    'SETTINGS max_threads=64',
    '漢\u2019 OR 1=1',
  ],
];
const server = await sharedServerHere();
const ask = (path: string, parameters: Record<string, string>) =>
  server.send(`/api/v1/${path}?${new URLSearchParams(parameters)}`, { headers: BEARER });

async function hitsOf(site: string): Promise<number> {
  const { status, text } = await ask('stats', { site });
  assert.equal(status, 200, text);
  return (JSON.parse(text) as { totals: { hits: number } }).totals.hits;
}

before(async () => {
  const hits = Array.from({ length: HITS }, (_, i) => ({ site: SITE, path: `/${i}`, user_agent: FIREFOX }));
  assert.equal((await server.post('/api/v1/hits', hits, BEARER)).status, 202);
});

/** What may hold a text: parameters of each route, and places in the body of a query. */
const QUESTIONS: readonly ((text: string) => Promise<{ status: number; text: string }>)[] = [
  ...['stats', 'top', 'props'].flatMap((route) => [
    ...DIMENSIONS.filter((name) => name !== 'bot').map(
      (name) => (text: string) => ask(route, { site: SITE, [name]: text.replaceAll('*', '\\*') || 'x' }),
    ),
    ...DIMENSIONS.map((name) => (text: string) => ask(route, { site: SITE, filter: `${name}=${text}` })),
    ...['from', 'to', 'interval', 'timezone', 'bots', 'limit', 'by', 'metrics', 'compare', 'status'].map(
      (name) => (text: string) => ask(route, { site: SITE, [name]: text }),
    ),
  ]),
  ...['live', 'sketch', 'export'].map((route) => (text: string) => ask(route, { site: text })),
  ...FILTER_DIMENSIONS.map((dimension) => (text: string) => {
    const filters = [['is', dimension, [text]]];
    return server.post('/api/v1/query', { site: SITE, period: 'all', metrics: ['hits'], filters }, BEARER);
  }),
  ...['metrics', 'dimensions', 'order_by', 'site', 'period', 'timezone', 'goal'].map(
    (member) => (text: string) => {
      const isList = member === 'metrics' || member === 'dimensions';
      const body = { site: SITE, period: 'all', metrics: ['hits'], [member]: isList ? [text] : text };
      return server.post('/api/v1/query', body, BEARER);
    },
  ),
];

test('36 hostile texts in each part of a query select nothing else, and change nothing', {
  timeout: scaledTimeout(600_000),
}, async () => {
  assert.equal(HOSTILE.length, 36);
  assert.ok(QUESTIONS.length >= 100, String(QUESTIONS.length));
  // Each question with one of the texts, and each text in several questions.
  for (const [at, question] of QUESTIONS.entries()) {
    const hostile: string = HOSTILE[at % HOSTILE.length]!;
    const { status, text } = await question(hostile);
    assert.ok(status < 500 && status !== 401, `${at} ${hostile}: ${status} ${text}`);
    assert.doesNotMatch(text, /system\.tables.*engine|MergeTree|uid=/);
  }
  assert.equal(await hitsOf(SITE), HITS);
});

test('a hostile text is a path like any other: as a filter it selects its own hits alone', {
  timeout: scaledTimeout(120_000),
}, async () => {
  const site = 'paths.example';
  const paths = HOSTILE.map((text) => `/${text.replaceAll(/[?#]/g, '_')}x`);
  const hits = paths.flatMap((path, i) =>
    Array.from({ length: i + 1 }, () => ({ site, path, user_agent: FIREFOX })),
  );
  assert.equal(JSON.parse((await server.post('/api/v1/hits', hits, BEARER)).text).accepted, hits.length);
  for (const path of new Set(paths)) {
    const filters = [['is', 'page', [path]]];
    const body = { site, period: 'all', metrics: ['hits'], filters };
    const { text } = await server.post('/api/v1/query', body, BEARER);
    const [row] = (JSON.parse(text) as { results: { metrics: number[] }[] }).results;
    assert.equal(row!.metrics[0], hits.filter((hit) => hit.path === path).length, path);
  }
});

test('13 hostile lines of a log are hits, or failures, and change nothing', {
  timeout: scaledTimeout(120_000),
}, async (t) => {
  const file = join(temporaryFolder(t), 'hostile.log');
  const line = (request: string, referrer = '-', agent = FIREFOX, host = '203.0.113.7') =>
    `${host} - - [24/Nov/2026:10:05:03 +0000] "${request}" 200 5 "${referrer}" "${agent}"`;
  const lines = [
    line("GET /'; DROP TABLE hits; -- HTTP/1.1"),
    line("GET /') OR 1=1 -- HTTP/1.1"),
    line('GET /a\tb\\n HTTP/1.1'),
    line('GET /{site:String} HTTP/1.1'),
    line('GET /\\x27\\x22\\x00 HTTP/1.1'),
    line('GET /\u001b]0;owned\u0007 HTTP/1.1'),
    line('GET / HTTP/1.1', "https://x.example/'; DROP TABLE hits"),
    line('GET / HTTP/1.1', 'javascript:alert(1)'),
    line('GET / HTTP/1.1', '-', `${FIREFOX}' OR 1=1`),
    line('GET / HTTP/1.1', '-', '() { :; }; /bin/id'),
    line('GET / HTTP/1.1', '-', FIREFOX, "' OR 1=1"),
    line('\\x16\\x03\\x01'),
    line(`GET /${'a'.repeat(20_000)} HTTP/1.1`),
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const dataDir = (await server.ask<{ data_dir?: string }>('/api/v1/settings')).data_dir;
  assert.equal(dataDir, undefined, 'the folder is not shown');
  const folder = temporaryFolder(t);
  const flags = ['--data-dir', folder, '--yes', '--json', '--max-failures', '100%'];
  const { code, stdout, stderr } = await run(['import', file, '--site', 'log.example', ...flags]);
  assert.equal(code, 0, stderr);
  const { imported, failed } = JSON.parse(stdout) as { imported: number; failed: number };
  assert.equal(imported + failed, lines.length);
  assert.ok(imported >= 10, stdout);
  const top = await run(['report', '--data-dir', folder, '--by', 'path', '--json', '--bots', 'include']);
  assert.equal(top.code, 0, top.stderr);
  assert.doesNotMatch(top.stdout, /[\u001b\u0007]/);
  assert.match(top.stdout, /'; DROP TABLE hits; --/);
});
