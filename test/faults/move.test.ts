/** A store that is moved to a ClickHouse server: with the real client, and the real engine behind an HTTP front. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { writeAccessLog } from '../../bench/access-log.ts';
import { moveToServer } from '../../src/commands/move.ts';
import { readSettings } from '../../src/config.ts';
import { MOVE_SETTINGS } from '../../src/settings/move.ts';
import { Store } from '../../src/store/store.ts';
import { BEARER, FIREFOX } from '../fixtures/any-server.ts';
import { ClickHouseFront } from '../fixtures/clickhouse-front.ts';
import { assertFailed, type Ended, Program, run } from '../fixtures/command-line.ts';
import { logLine } from '../fixtures/log-line.ts';
import { rounds } from '../fixtures/rounds.ts';
import { RunningServer } from '../fixtures/running-server.ts';

const DAY = 86_400_000;
const HITS = 6000;
const LINES = 3000;
/** Queries that cover a whole store: hits, rollups, purged hits, and bots. */
const QUERIES = [
  'stats?interval=day',
  'stats?interval=month&site=b.example&metrics=visits',
  'top?by=path&limit=1000',
  'top?by=bot',
  `top?by=path&limit=1000&filter=${encodeURIComponent('path=/1*')}`,
  'sites',
];
const SITES = ['a.example', 'b.example', 'log.example'];

let folder = '';
let data = '';
let copy = '';
let server: RunningServer;
let front: ClickHouseFront;

/** Hits of people and of bots. @param days number of days they are spread over */
function hitsFrom(first: number, count: number, days: number): object[] {
  return Array.from({ length: count }, (_, i) => ({
    site: i % 3 === 0 ? 'a.example' : 'b.example',
    path: `/${(first + i) % 200}`,
    time: new Date(Date.now() - ((first + i) % days) * DAY - i * 1000).toISOString(),
    address: `192.0.2.${i % 250}`,
    user_agent: i % 20 === 0 ? 'Googlebot/2.1' : FIREFOX,
  }));
}

async function post(hits: readonly object[]): Promise<void> {
  for (let i = 0; i < hits.length; i += 1000) {
    assert.equal((await server.post('/api/v1/hits', hits.slice(i, i + 1000), BEARER)).status, 202);
  }
}

function good({ code, stdout, stderr }: Ended): string {
  assert.equal(code, 0, stderr);
  return stdout;
}

/** The answers of a server that starts on a store: for periods, and for all time. */
async function answers(...where: string[]): Promise<object> {
  await using started = await RunningServer.start(...(where as [string]));
  const to = new Date(Date.now() + DAY).toISOString().slice(0, 10);
  const periods = QUERIES.map((query) =>
    started.ask<object>(`/api/v1/${query}${query.includes('?') ? `&to=${to}` : ''}`),
  );
  const totals = SITES.map((site) => started.total(site));
  const all = await Promise.all([...periods, ...totals]);
  assert.equal((await started.stop()).code, 0);
  return all;
}

function move(from: string): Promise<Ended> {
  return run(['move', '--json', '--data-dir', from, '--to', front.url]);
}

/** Runs a move in this process, up to the opening of a folder. */
async function refusal(...args: string[]): Promise<void> {
  const { values, positionals } = readSettings(MOVE_SETTINGS, args, {});
  const { stdin, stdout, stderr } = process;
  await moveToServer.run(values, positionals, {
    stdin,
    stdout,
    stderr,
    interruption: () => AbortSignal.abort(),
  });
}

const VISITS = `SELECT toString(site) AS site, count() AS visits, sum(hits) AS hits, sum(cityHash64(start, finish, visitor, entry_page)) AS checksum
  FROM visits FINAL WHERE site != '' GROUP BY site ORDER BY site`;

const WATERMARKS =
  "SELECT visitor, max(version) AS last FROM visits WHERE site = '' GROUP BY visitor ORDER BY visitor";

/** Asserts that a folder and the server have the same visits and watermarks. */
async function assertSameVisits(from = data): Promise<void> {
  const script = fileURLToPath(new URL('../fixtures/folder-rows-process.ts', import.meta.url));
  const printed = execFileSync(process.execPath, [script, join(from, 'store'), VISITS, WATERMARKS], {
    encoding: 'utf8',
  });
  const [own, watermarks] = JSON.parse(printed) as [unknown[], unknown[]];
  assert.deepEqual(await front.rows(VISITS), own);
  assert.equal(own.length, SITES.length);
  assert.deepEqual(await front.rows(WATERMARKS), watermarks);
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hit-tracker-'));
  data = join(folder, 'data');
  copy = join(folder, 'copy');
  mkdirSync(data, { mode: 0o700 });
  {
    await using store = await Store.open({ setting: 'embedded', folder: join(data, 'store') });
    const position = { topic: 't', partition: 1, offset: 7n, end: 9n, last: 5, runs: '{"1":2}' };
    await store.execute('insert_stream_position', position);
  }
  front = await ClickHouseFront.start();
  server = await RunningServer.start(data);
  await post(hitsFrom(0, HITS, 420));
  const log = join(folder, 'access.log');
  await writeAccessLog(log, LINES, 3);
  good(await run(['import', '--site', 'log.example', '--data-dir', data, log]));
  good(await run(['purge', '--keep-hits', '380d', '--data-dir', data]));
});
after(async () => {
  await server[Symbol.asyncDispose]();
  await front.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a move to a server', () => {
  it('lists its flags', async () => {
    const help = good(await run(['move', '--help']));
    for (const flag of Object.keys(MOVE_SETTINGS)) assert.match(help, new RegExp(`^ {2}--${flag} `, 'm'));
  });

  it('is refused without a valid server', async () => {
    assertFailed(await run(['move', '--data-dir', join(folder, 'none')]), 2, /name the server: --to/);
    await assert.rejects(refusal('--to', 'embedded'), { exitCode: 2 });
    await assert.rejects(refusal('--to', 'mysql://h/d'), { exitCode: 2 });
  });

  it('says what is wrong if a server is unreachable or denies access', async () => {
    const where = ['--data-dir', join(folder, 'none'), '--to'];
    const refused = (message: RegExp) => ({ code: 'store_unavailable', exitCode: 1, message });
    await assert.rejects(refusal(...where, 'clickhouse://u:secret@127.0.0.1:1/d'), (error: Error) => {
      assert.match(error.message, /no ClickHouse server answers at 127\.0\.0\.1:1.*ECONNREFUSED/);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
    const wrong = front.url.replace('default:', 'default:wrong');
    await assert.rejects(refusal(...where, wrong), refused(/does not know this user and password/));
    const other = front.url.replace(/default$/, 'other');
    await assert.rejects(refusal(...where, other), refused(/has no such database: create it/));
  });

  it('does not start beside a server on the folder, and says what to do', async () => {
    assertFailed(await move(data), 1, /a server runs on .*: stop it, move, and start it with --store/);
  });

  it('as a dry run lists what would be moved, and does not change the server', async () => {
    good(await run(['backup', '--data-dir', data, '--to', copy]));
    const dry = await run(['move', '--json', '--dry-run', '--data-dir', copy, '--to', front.url]);
    const { tables, there } = JSON.parse(good(dry));
    const rows = new Map(tables.map((each: { table: string; rows: number }) => [each.table, each.rows]));
    assert.ok(Number(rows.get('hits')) > HITS / 2);
    for (const table of [
      'rollups',
      'visits',
      'last_seen',
      'batches',
      'horizons',
      'imports',
      'stream_positions',
    ])
      assert.ok(Number(rows.get(table)) > 0, table);
    assert.equal(there, 0);
    assert.deepEqual(
      await front.rows('SELECT name FROM system.tables WHERE database = currentDatabase()'),
      [],
    );
  });

  it('that is killed at any point continues when it runs again, and does not send equal days twice', async () => {
    const moments = [
      /INSERT INTO visits(?:.|\n)*Native/,
      /INSERT INTO rollups/,
      /INSERT INTO hits(?!_)(?:.|\n)*toDate32\('2026/,
      /INSERT INTO batches/,
      /INSERT INTO imports/,
    ];
    // If it is killed while it sends hits, it has already sent the rollups.
    const few = [moments[0]!, moments[2]!];
    for (const moment of rounds(moments.length, few.length) === moments.length ? moments : few) {
      const seen = front.seen(moment);
      await using program = new Program(['move', '--data-dir', copy, '--to', front.url]);
      assert.equal(await Promise.race([seen.then(() => 'seen'), program.ended]), 'seen', program.stderr);
      program.child.kill('SIGKILL');
      await program.ended;
    }
    const first = JSON.parse(good(await move(copy)));
    assert.ok(first.already > 0, 'hits of the moves that were killed are there');
    await assertSameVisits(copy);
    const sent = front.statements.length;
    const again = JSON.parse(good(await move(copy)));
    assert.equal(again.already, again.hits);
    assert.ok(!front.statements.slice(sent).some((text) => /INSERT INTO hits(?!_)/.test(text)));
  });

  it('of a copy is completed by one of the folder, with newer hits and those in the spool', async () => {
    await post(hitsFrom(HITS, 1000, 3));
    server.child.kill('SIGKILL');
    await server.ended;
    const { hits, already } = JSON.parse(good(await move(data)));
    assert.ok(already > hits / 2, 'only days that have new hits were sent');
    await assertSameVisits();
    assert.deepEqual(await answers(copy, '--store', front.url), await answers(data));
  });

  it('includes imported logs and positions in topics', async () => {
    const log = join(folder, 'access.log');
    const args = ['--site', 'log.example', '--data-dir', data, '--store', front.url, '--json', log];
    assert.equal(JSON.parse(good(await run(['import', ...args]))).already, LINES);
    const [position] = await front.rows<{ end: string }>('SELECT toString(end) AS end FROM stream_positions');
    assert.equal(position?.end, '9');
  });

  it('works after the folder was purged meanwhile', async () => {
    good(await run(['purge', '--keep-hits', '300d', '--data-dir', data]));
    good(await move(data));
  });

  it('fails if the server lost a moved hit', async () => {
    await front.run(
      "ALTER TABLE hits DELETE WHERE site = 'a.example' AND path = '/0' SETTINGS mutations_sync = 1",
    );
    assertFailed(await move(data), 1, /hits of 20\d\d-\d\d-\d\d differ on the server: .*empty the database/);
  });

  it('is refused if the server has foreign hits', async () => {
    const empty = join(folder, 'empty');
    assertFailed(await move(empty), 1, /there is no data folder .*--data-dir/);
    const line = join(folder, 'line.log');
    writeFileSync(line, logLine());
    good(await run(['import', '--site', 'log.example', '--data-dir', empty, line]));
    assertFailed(await move(empty), 1, /has \d+ hits of another store/);
  });
});
