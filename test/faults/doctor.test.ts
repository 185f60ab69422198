/** `doctor`: each fault is caused on purpose in a real data folder, is found, and is repaired if possible. */

import assert from 'node:assert/strict';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { Clients } from '../../src/clickhouse/clients.ts';
import type { Finding } from '../../src/doctor/check.ts';
import type { Diagnosis } from '../../src/doctor/doctor.ts';
import { RowWriter } from '../../src/rows/row.ts';
import { ROW_LAYOUT } from '../../src/rows/row-layout.ts';
import { DBTracker } from '../../src/trackers/db.ts';
import { BEARER } from '../fixtures/any-server.ts';
import { assertFailed, run } from '../fixtures/command-line.ts';
import { hitOf } from '../fixtures/hit.ts';
import { RunningServer } from '../fixtures/running-server.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { Lines } from '../fixtures/shelf.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';
import { assertVisits, storedVisits } from '../fixtures/visit-recount.ts';
import { flipBits } from '../fixtures/watched-store.ts';

const options = { timeout: scaledTimeout(180_000) };
const HITS = 3000;
const NOW = Date.now();

/** A data folder with some hits of three days, rolled up or not. */
async function folderOf(t: TestContext, { rolledUp = true }: { rolledUp?: boolean } = {}): Promise<string> {
  const dataDir = join(temporaryFolder(t), 'data');
  await using db = await DBTracker.open({ dataDir, log: new Lines() });
  const appended: Promise<void>[] = [];
  for (let i = 0; i < HITS; i++) {
    const hit = hitOf({ site: 'a.example', path: `/page-${i % 50}`, time: NOW - (i % 3) * 86_400_000 });
    appended.push(
      new Promise((resolve, reject) => db.spool.append(hit, (fault) => (fault ? reject(fault) : resolve()))),
    );
  }
  await Promise.all(appended);
  await db.spool.flush();
  if (rolledUp) await db.rollups.rollUp();
  return dataDir;
}

async function examined(
  dataDir: string,
  ...args: string[]
): Promise<Diagnosis & { code: number | null; repairs: { what: string; done: boolean }[] }> {
  const { code, stdout, stderr } = await run(['doctor', '--data-dir', dataDir, '--json', ...args]);
  assert.notEqual(stdout, '', stderr);
  return { ...JSON.parse(stdout), code };
}

function errorsOf({ findings }: { readonly findings: readonly Finding[] }): string[] {
  return findings.filter(({ result }) => result === 'error').map(({ check }) => check);
}

/** Runs statements on a store that is not open. */
async function alter(dataDir: string, ...statements: string[]): Promise<void> {
  const clients = Clients.embedded(join(dataDir, 'store'));
  for (const query of statements) await clients.writer.command({ query });
  await clients.close();
}

async function partsOf(dataDir: string, table: string): Promise<string[]> {
  const clients = Clients.embedded(join(dataDir, 'store'));
  const result = await clients.writer.query({
    query: `SELECT path FROM system.parts WHERE active AND table = '${table}' ORDER BY rows DESC`,
    format: 'JSONEachRow',
  });
  const rows = await result.json<{ path: string }>();
  await clients.close();
  return rows.map(({ path }) => path);
}

/** A sealed group of one hit, as in a segment. */
function sealed(): Buffer {
  const rows = new RowWriter();
  rows.write(hitOf({ path: '/waits' }));
  return Buffer.from(rows.seal());
}

function leaveInSpool(dataDir: string, state: 'rows' | 'noted' | 'open', content: Buffer): void {
  writeFileSync(join(dataDir, 'spool', `1790000000000-000007.v${ROW_LAYOUT}.${state}`), content);
}

/** All files of a folder, with their sizes and times. */
function stateOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => {
      const { size, mtimeMs, mode } = statSync(join(folder, name));
      return `${name} ${size} ${mtimeMs} ${mode}`;
    })
    .sort();
}

test('a healthy folder is reported as such, and is not changed', options, async (t) => {
  const dataDir = await folderOf(t);
  const before = stateOf(dataDir);
  const { code, stdout, stderr } = await run(['doctor', '--data-dir', dataDir]);
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /^No problems found\.$/m);
  assert.match(stdout, /ok +rollups +3 site-days match their hits/);
  assert.match(stdout, /ok +visits +visits of 3 site-days match their hits/);
  assert.deepEqual(stateOf(dataDir), before);
});

test('a missing folder is not created', options, async (t) => {
  const dataDir = join(temporaryFolder(t), 'nothing');
  assertFailed(await run(['doctor', '--data-dir', dataDir]), 1, /there is no data folder/);
  assert.equal(existsSync(dataDir), false);
});

describe('a fault', () => {
  const faults: Record<string, { cause: (dataDir: string) => Promise<void> | void; found: string[] }> = {
    'of a truncated part': {
      cause: async (dataDir) => truncateSync(join((await partsOf(dataDir, 'hits'))[0]!, 'data.bin'), 100),
      found: ['detached parts', 'ledger', 'rollups', 'visits'],
    },
    'of flipped bits': {
      cause: async (dataDir) => flipBits(join((await partsOf(dataDir, 'hits'))[0]!, 'data.bin')),
      found: ['content of tables'],
    },
    'of missing hits': {
      cause: (dataDir) =>
        alter(dataDir, "ALTER TABLE hits DELETE WHERE path = '/page-7' SETTINGS mutations_sync = 1"),
      found: ['ledger', 'rollups', 'visits'],
    },
    'of visits that are gone': {
      cause: (dataDir) =>
        alter(
          dataDir,
          "ALTER TABLE visits DELETE WHERE site != '' AND start < today() SETTINGS mutations_sync = 1",
        ),
      found: ['visits'],
    },
    'of visits that overlap': {
      cause: (dataDir) =>
        alter(
          dataDir,
          `INSERT INTO visits (site, start, visitor, duration, version)
           SELECT site, start + INTERVAL 1 SECOND, visitor, duration, 1 FROM visits FINAL WHERE site != ''`,
        ),
      found: ['visits'],
    },
    'of rollups with lower counts': {
      cause: (dataDir) =>
        alter(dataDir, "ALTER TABLE rollups DELETE WHERE by = 'quarter' SETTINGS mutations_sync = 1"),
      found: ['rollups'],
    },
    'of secrets that others can read': {
      cause: (dataDir) => chmodSync(join(dataDir, 'secrets.json'), 0o644),
      found: ['permissions'],
    },
    'of a damaged segment': {
      cause: (dataDir) => leaveInSpool(dataDir, 'rows', sealed().subarray(0, 40)),
      found: ['spool'],
    },
    'in an open segment': {
      cause: (dataDir) => {
        const groups = Buffer.concat([sealed(), sealed()]);
        groups[20]! ^= 1;
        leaveInSpool(dataDir, 'open', groups);
      },
      found: ['spool'],
    },
    'of a batch of an import without its notes': {
      cause: (dataDir) => leaveInSpool(dataDir, 'noted', sealed()),
      found: ['spool'],
    },
    'of files that recovery set aside': {
      cause: (dataDir) => {
        mkdirSync(join(dataDir, 'spool', 'damaged'));
        writeFileSync(join(dataDir, 'spool', 'damaged', 'x.rows'), 'x');
      },
      found: ['spool'],
    },
  };
  for (const [name, { cause, found }] of Object.entries(faults)) {
    test(`${name} is found`, options, async (t) => {
      const dataDir = await folderOf(t);
      await cause(dataDir);
      const report = await examined(dataDir);
      assert.deepEqual(errorsOf(report), found);
      assert.equal(report.code, 1);
      assert.equal(report.healthy, false);
      for (const { result, mend } of report.findings) assert.equal(mend !== undefined, result !== 'ok');
    });
  }

  test('does not include the torn end of an open segment', options, async (t) => {
    const dataDir = await folderOf(t);
    leaveInSpool(dataDir, 'open', Buffer.concat([sealed(), sealed().subarray(0, 40)]));
    assert.deepEqual(errorsOf(await examined(dataDir)), []);
  });

  test('of a ledger without its batches is found, and repaired', options, async (t) => {
    const dataDir = await folderOf(t, { rolledUp: false });
    await alter(dataDir, 'TRUNCATE TABLE batches');
    assert.deepEqual(errorsOf(await examined(dataDir)), ['ledger']);
    const report = await examined(dataDir, '--repair');
    assert.deepEqual(errorsOf(report), []);
    assert.deepEqual(
      report.repairs.map(({ done }) => done),
      [true, true],
    );
    assert.equal(report.code, 0);
  });

  test('of a broken part of visits is found, and the visits are computed again', options, async (t) => {
    const dataDir = await folderOf(t);
    truncateSync(join((await partsOf(dataDir, 'visits'))[0]!, 'data.bin'), 50);
    assert.ok(errorsOf(await examined(dataDir)).includes('visits'));
    const report = await examined(dataDir, '--repair');
    // What is left of the part stays for somebody to look at.
    assert.deepEqual(errorsOf(report), ['detached parts']);
    assert.ok(report.repairs.some(({ what }) => /the visits of \d days were computed again/.test(what)));
    assert.deepEqual(errorsOf(await examined(dataDir)), ['detached parts']);
    await using db = await DBTracker.open({ dataDir, log: new Lines() });
    await assertVisits(db.store);
    assert.equal((await storedVisits(db.store)).length, 3);
    assert.equal((await db.rollups.removable()).size, (await db.rollups.watermarks()).size);
  });

  test(
    'of visits that overlap is left where their hits are purged: computed again, they would be gone',
    options,
    async (t) => {
      const dataDir = await folderOf(t);
      const yesterday = new Date(NOW - 86_400_000).toISOString().slice(0, 10);
      await alter(
        dataDir,
        `INSERT INTO horizons SELECT 'a.example', 'hits', toDateTime('${yesterday} 00:00:00', 'UTC')`,
        `ALTER TABLE hits DELETE WHERE time < toDateTime('${yesterday} 00:00:00', 'UTC') SETTINGS mutations_sync = 1`,
        `INSERT INTO visits (site, start, visitor, duration, version)
       SELECT site, start + INTERVAL 1 SECOND, visitor, duration, 1 FROM visits FINAL WHERE site != ''`,
      );
      const report = await examined(dataDir, '--repair');
      const done = report.repairs.filter(({ what }) => /visits/.test(what)).map(({ done }) => done);
      assert.deepEqual(done, [true, false], JSON.stringify(report.repairs));
      await using db = await DBTracker.open({ dataDir, log: new Lines() });
      const days = Object.groupBy(await storedVisits(db.store), ({ start }) =>
        Math.floor(Number(start) / 86_400_000),
      );
      const hits = Object.values(days).map((visits) =>
        visits!.reduce((sum, { hits }) => sum + Number(hits), 0),
      );
      assert.deepEqual(hits, [HITS / 3, HITS / 3, HITS / 3]);
    },
  );

  test('of permissions is repaired', options, async (t) => {
    const dataDir = await folderOf(t);
    chmodSync(join(dataDir, 'secrets.json'), 0o666);
    const report = await examined(dataDir, '--repair');
    assert.equal(report.code, 0);
    assert.equal(statSync(join(dataDir, 'secrets.json')).mode & 0o777, 0o600);
  });
});

test('hits of a broken part are restored from the spool if it still has them', options, async (t) => {
  const dataDir = join(temporaryFolder(t), 'data');
  const kept = temporaryFolder(t);
  {
    await using db = await DBTracker.open({ dataDir, log: new Lines() });
    const rest: Promise<void>[] = [];
    for (let i = 0; i < 500; i++) {
      const hit = hitOf({ site: 'a.example', path: `/page-${i}`, time: NOW });
      rest.push(
        new Promise((resolve, reject) =>
          db.spool.append(hit, (fault) => (fault ? reject(fault) : resolve())),
        ),
      );
    }
    await Promise.all(rest);
    // Delivered, and not yet removed from the spool: as after a crash between the two.
    await db.spool.pauseDelivery(async () => {
      for (const file of readdirSync(join(dataDir, 'spool')))
        copyFileSync(join(dataDir, 'spool', file), join(kept, file));
    });
    await db.spool.flush();
  }
  const [segment] = readdirSync(kept);
  assert.ok(segment, 'a segment was kept');
  truncateSync(join((await partsOf(dataDir, 'hits'))[0]!, 'data.bin'), 50);
  const finished = segment.replace(/\.open$/, '.rows');
  const [batch] = await idsOf(dataDir);
  copyFileSync(join(kept, segment), join(dataDir, 'spool', nameOf(batch!, finished)));
  assert.ok(errorsOf(await examined(dataDir)).includes('ledger'));
  const report = await examined(dataDir, '--repair');
  assert.deepEqual(errorsOf(report), [], JSON.stringify(report));
  await using db = await DBTracker.open({ dataDir, log: new Lines() });
  const { totals } = await db.stats({
    from: new Date(NOW - 86_400_000).toISOString(),
    to: new Date(NOW + 86_400_000).toISOString(),
  });
  assert.equal(totals.hits, 500);
});

async function idsOf(dataDir: string): Promise<bigint[]> {
  const clients = Clients.embedded(join(dataDir, 'store'));
  const result = await clients.writer.query({
    query: 'SELECT toString(id) AS id FROM batches FINAL',
    format: 'JSONEachRow',
  });
  const rows = await result.json<{ id: string }>();
  await clients.close();
  return rows.map(({ id }) => BigInt(id));
}

/** The batch of a segment, from its name. */
function nameOf(batch: bigint, file: string): string {
  const sequence = String(batch >> 22n).padStart(13, '0');
  const run = Number(batch & 0x3f_ffffn)
    .toString(16)
    .padStart(6, '0');
  return `${sequence}-${run}${file.slice(file.indexOf('.'))}`;
}

test(
  'a server whose part breaks answers again without a restart, and says what is wrong',
  options,
  async (t) => {
    const dataDir = await folderOf(t, { rolledUp: false });
    await using server = await RunningServer.start(dataDir);
    const healthy = await run(['doctor', '--data-dir', dataDir]);
    assert.equal(healthy.code, 0, healthy.stdout + healthy.stderr);
    assert.match(healthy.stdout, new RegExp(`live counts +${HITS} hits, the same as in the store`));
    assert.equal(JSON.parse((await server.send('/readyz')).text).status, 'ready');

    const store = join(dataDir, 'store', 'store');
    const parts = readdirSync(store, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('/data.bin'),
    );
    const [largest] = parts
      .map((name) => join(store, name))
      .sort((a, b) => statSync(b).size - statSync(a).size);
    truncateSync(largest!, 100);
    const query = '/api/v1/stats?from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z&interval=month';
    const answer = await server.send(query, { headers: BEARER });
    assert.equal(answer.status, 200, answer.text);

    const ready = await server.send('/readyz');
    assert.equal(ready.status, 200, 'hits are accepted');
    const { status, problems } = JSON.parse(ready.text) as { status: string; problems: { code: string }[] };
    assert.equal(status, 'degraded');
    assert.deepEqual(problems.map(({ code }) => code).sort(), ['broken_parts', 'missing_hits']);
    const metrics = (await server.send('/metrics', { headers: BEARER })).text;
    assert.match(metrics, /^hit_tracker_store_broken_parts 1$/m);
    assert.match(metrics, /^hit_tracker_store_missing_hits [1-9]\d*$/m);
    const report = await examined(dataDir);
    assert.equal(report.code, 1);
    assert.ok(errorsOf(report).includes('ledger'));
    assert.match(server.stderr, /broken/);
  },
);
