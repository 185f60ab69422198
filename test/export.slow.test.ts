/** Exports: their content, each hit once, and that disconnected clients leave nothing behind. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import type { Terminal } from '../src/commands/command.ts';
import { exportStore } from '../src/commands/export.ts';
import { readSettings } from '../src/config.ts';
import type { Hit } from '../src/hit/hit.ts';
import { exportRoutes } from '../src/http/api/export.ts';
import { createApp } from '../src/http/app.ts';
import { listen } from '../src/http/server.ts';
import { exportHits } from '../src/query/export.ts';
import type { QueryParams } from '../src/query/params.ts';
import { readSelection } from '../src/query/selection.ts';
import { EXPORT_SETTINGS } from '../src/settings/export.ts';
import type { Store } from '../src/store/store.ts';
import { BEARER, TOKEN } from './fixtures/any-server.ts';
import { openStore as openEmbedded, openTracker } from './fixtures/embedded-store.ts';
import { hitOf } from './fixtures/hit.ts';
import { until } from './fixtures/scaled-timeout.ts';
import { whenOver } from './fixtures/scope.ts';
import { segmentOf } from './fixtures/segments.ts';
import { temporaryFolder } from './fixtures/temporary.ts';

const START = Date.UTC(2026, 10, 1);
const HOUR = 3_600_000;

async function openStore(t: TestContext, hits: readonly Partial<Hit>[] = []) {
  const folder = temporaryFolder(t);
  const store = await openEmbedded(t, folder);
  const deliver = (id: bigint, more: readonly Partial<Hit>[]) => store.deliver(segmentOf(folder, id, more));
  if (hits.length > 0) await deliver(1000n, hits);
  return { folder, store, deliver };
}

/** Many hits, generated in the engine: one every so many milliseconds, each with its own path. */
async function fill(store: Store, hits: number, step: number): Promise<void> {
  await using connection = store.dedicatedConnection();
  await connection.command(
    `INSERT INTO hits (site, time, visitor, path, batch)
    SELECT 'a.com', fromUnixTimestamp64Milli(toInt64(${START} + number * ${step})), number, concat('/', toString(number)), 7
    FROM numbers(${hits}) ORDER BY sipHash64(number)`,
  );
}

async function exported(
  store: Store,
  params: QueryParams,
  format: 'csv' | 'ndjson' | 'parquet',
): Promise<Buffer> {
  await using hits = await exportHits({ store }, readSelection(params), format);
  const chunks: Uint8Array[] = [];
  for await (const chunk of hits.bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function linesOf(store: Store, params: QueryParams): Promise<Record<string, unknown>[]> {
  const lines = (await exported(store, params, 'ndjson')).toString().trimEnd();
  return lines === '' ? [] : lines.split('\n').map((line) => JSON.parse(line));
}

const ODD: readonly Partial<Hit>[] = [
  { time: START + 2, path: '/a,"b"', title: '=1+1', referrer: '＝2', visitorHigh: 0, visitorLow: 0xab },
  { time: START + 1, path: '/c', title: '-2', name: '@x', props: '{"a":"\\"="}', status: 404 },
  { time: START + 3, path: '/bot', bot: 'Googlebot' },
  { time: START + HOUR, site: 'b.com', path: '/d/ü', status: 200 },
];

test('NDJSON has one hit per line, in order of time, without internal columns', async (t) => {
  const { store } = await openStore(t, ODD);
  const lines = await linesOf(store, {});
  assert.deepEqual(
    lines.map(({ time, path }) => [time, path]),
    [
      ['2026-11-01T00:00:00.001Z', '/c'],
      ['2026-11-01T00:00:00.002Z', '/a,"b"'],
      ['2026-11-01T01:00:00.000Z', '/d/ü'],
    ],
  );
  assert.equal(lines[1]!.visitor, '00000000000000ab');
  assert.equal(lines[0]!.visitor, '0123456789abcdef');
  assert.equal(lines[0]!.props, '{"a":"\\"="}');
  assert.equal(lines[0]!.status, 404);
  assert.equal('batch' in lines[0]!, false);
});

test('an export has the hits that its parameters select', async (t) => {
  const { store } = await openStore(t, ODD);
  const paths = async (params: QueryParams) => (await linesOf(store, params)).map(({ path }) => path);
  assert.deepEqual(await paths({ site: 'b.com' }), ['/d/ü']);
  assert.deepEqual(await paths({ from: '2026-11-01T00:00:00.002Z', to: '2026-11-01T01:00' }), ['/a,"b"']);
  assert.deepEqual(await paths({ bots: 'only' }), ['/bot']);
  assert.deepEqual(await paths({ status: '4xx' }), ['/c']);
  assert.deepEqual(await paths({ filter: 'path=/d/*' }), ['/d/ü']);
  assert.deepEqual(await paths({ site: 'c.com' }), []);
});

test('CSV follows RFC 4180, and has no formulas', async (t) => {
  const { store } = await openStore(t, ODD);
  const csv = (await exported(store, {}, 'csv')).toString();
  const [head, first, second] = csv.split('\r\n');
  assert.match(head!, /^time,site,visitor,status,method,bot,path,name,title,/);
  assert.match(first!, /^"2026-11-01T00:00:00.001Z","example.com","0123456789abcdef",404,/);
  assert.match(first!, /"\/c","'@x","'-2",.*,"\{""a"":""\\""=""\}",/);
  assert.match(second!, /"\/a,""b""","pageview","'=1\+1".*"'＝2"/);
  assert.equal(csv.split('\r\n').length, 5);
  assert.equal((await exported(store, { site: 'c.com' }, 'csv')).toString(), `${head}\r\n`);
});

test('Parquet is one ordered file that the engine can read, and no temporary file stays behind', async (t) => {
  const { store, folder } = await openStore(t, ODD);
  const file = join(folder, 'hits.parquet');
  writeFileSync(file, await exported(store, { bots: 'include' }, 'parquet'));
  await using connection = store.dedicatedConnection();
  const rows = await connection.rows(
    `SELECT toUnixTimestamp64Milli(time) - ${START} AS time, visitor, title FROM file('${file}')`,
  );
  assert.deepEqual(
    rows.map((row) => Object.values(row as object).map(String)),
    [
      ['1', '0123456789abcdef', '-2'],
      ['2', '00000000000000ab', '=1+1'],
      ['3', '0123456789abcdef', ''],
      [String(HOUR), '0123456789abcdef', ''],
    ],
  );
  assert.deepEqual(readdirSync(join(folder, 'store', 'tmp')), []);
});

test('many slices contain each hit once, and an hour larger than a slice is in order too', async (t) => {
  const { store } = await openStore(t);
  await fill(store, 250_000, 20);
  const check = (bytes: Buffer) => {
    const paths = Array.from(bytes.toString().matchAll(/"path":"\/(\d+)"/g), ([, path]) => Number(path));
    assert.deepEqual(
      paths,
      Array.from({ length: 250_000 }, (_, i) => i),
    );
  };
  check(await exported(store, {}, 'ndjson'));
  await using connection = store.dedicatedConnection();
  await connection.command('TRUNCATE TABLE hits');
  await fill(store, 250_000, 2000);
  check(await exported(store, {}, 'ndjson'));
});

test('hits that arrive during an export are left out', async (t) => {
  const { store, deliver } = await openStore(t);
  await fill(store, 150_000, 1000);
  await using hits = await exportHits({ store }, readSelection({}), 'ndjson');
  assert.equal(hits.hits, 150_000);
  let lines = 0;
  for await (const chunk of hits.bytes) {
    if (lines === 0) await deliver(2000n, [{ time: START }, { time: START + 149_000_000 }]);
    lines += Buffer.from(chunk).toString('latin1').split('\n').length - 1;
  }
  assert.equal(lines, 150_000);
});

test('few exports run at once, and one that is not read makes room', async (t) => {
  const { store } = await openStore(t);
  await fill(store, 100_000, 1);
  const begin = () => exportHits({ store }, readSelection({}), 'csv');
  const all = [await begin(), await begin(), await begin(), await begin()];
  await assert.rejects(begin(), { code: 'overloaded' });
  // Queries have their own connections.
  assert.equal((await store.rows('export_newest', {})).length, 1);
  for (const hits of all) {
    for await (const chunk of hits.bytes) if (chunk.length > 1000) break;
    await hits[Symbol.asyncDispose]();
  }
  await using again = await begin();
  assert.equal(again.hits, 100_000);
});

async function openServer(t: TestContext) {
  const app = createApp(pino({ level: 'silent' }));
  const db = await openTracker(t, { dataDir: join(temporaryFolder(t), 'data') });
  whenOver(t, () => {
    app.server.closeAllConnections();
    app.server.close();
  });
  exportRoutes(app, { db, adminToken: TOKEN, now: Date.now });
  const url = await listen(app, 0, '127.0.0.1');
  return { db, url };
}

test('an export over HTTP needs the token, and has a content type and a file name', async (t) => {
  const { db, url } = await openServer(t);
  await new Promise<void>((resolve) => db.spool.append(hitOf({ path: '/x' }), () => resolve()));
  const ask = async (query: string, headers = {}) => {
    const [response] = await once(get(`${url}/api/v1/export${query}`, { headers, agent: false }), 'response');
    return { status: response.statusCode, headers: response.headers, text: await text(response) };
  };
  assert.equal((await ask('')).status, 401);
  const csv = await ask('', BEARER);
  assert.equal(csv.status, 200);
  assert.match(csv.headers['content-type'], /^text\/csv/);
  assert.match(csv.headers['content-disposition'], /hits\.csv/);
  assert.equal(csv.text.split('\r\n').length, 3);
  assert.match(
    (await ask('?format=ndjson&site=example.com', BEARER)).text,
    /^\{"time":.*"path":"\/x".*\}\n$/,
  );
  assert.equal((await ask('?format=parquet', BEARER)).text.slice(0, 4), 'PAR1');
  for (const query of ['?format=xml', '?from=tomorrow', '?site=a%20b']) {
    assert.equal((await ask(query, BEARER)).status, 400);
  }
});

test('a client that disconnects frees the slot of its export', async (t) => {
  const { db, url } = await openServer(t);
  await fill(db.store, 200_000, 1);
  for (let turn = 0; turn < 6; turn++) {
    const format = turn % 2 === 0 ? 'csv' : 'parquet';
    const asked = get(`${url}/api/v1/export?format=${format}`, { headers: BEARER, agent: false });
    asked.on('error', () => undefined);
    const [response] = await once(asked, 'response');
    if (turn % 2 === 0) await once(response, 'data');
    asked.destroy();
    await once(asked, 'close');
  }
  await until('a free place for an export', async () => {
    const free = await exportHits(db, readSelection({}), 'csv').catch(() => undefined);
    await free?.[Symbol.asyncDispose]();
    return free !== undefined;
  });
});

interface Ran {
  readonly stdout: PassThrough;
  readonly done: Promise<void>;
}

function runExport(args: readonly string[], signal = new AbortController().signal): Ran {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const terminal: Terminal = { stdin, stdout, stderr, interruption: () => signal };
  const { values } = readSettings(EXPORT_SETTINGS, args, {});
  const done = exportStore.run(values, [], terminal).finally(() => stdout.end());
  return { stdout, done };
}

test('the command writes to standard output, or to a file that is complete or absent', async (t) => {
  const folder = temporaryFolder(t);
  const dataDir = join(folder, 'data');
  const db = await openTracker(t, { dataDir });
  await fill(db.store, 120_000, 10);
  await db.close();

  const { stdout, done } = runExport(['--data-dir', dataDir, '--format', 'ndjson']);
  const [bytes] = await Promise.all([buffer(stdout), done]);
  assert.equal(bytes.toString('latin1').split('\n').length, 120_001);

  const file = join(folder, 'out.csv');
  const interruption = new AbortController();
  const broken = runExport(['--data-dir', dataDir, '--output', file], interruption.signal);
  setTimeout(() => interruption.abort(), 100);
  await assert.rejects(broken.done, { code: 'interrupted' });
  assert.deepEqual(readdirSync(folder), ['data']);

  await runExport(['--data-dir', dataDir, '--output', file]).done;
  assert.equal(readFileSync(file, 'latin1').split('\r\n').length, 120_002);
  assert.equal(existsSync(`${file}.part`), false);
});

test('invalid arguments are a usage error', async () => {
  await assert.rejects(runExport(['--from', 'tomorrow']).done, { code: 'bad_usage' });
  await assert.rejects(runExport(['--site', 'a b']).done, { code: 'bad_usage' });
  assert.throws(() => readSettings(EXPORT_SETTINGS, ['--format', 'xml'], {}), { code: 'bad_setting' });
});
