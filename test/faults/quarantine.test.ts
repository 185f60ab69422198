/** A batch that the store refuses for its own sake: here, a row violates a constraint that somebody added to the table. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { Clients } from '../../src/clickhouse/clients.ts';
import type { Finding } from '../../src/doctor/check.ts';
import { Store } from '../../src/store/store.ts';
import { type AnyServer, BEARER } from '../fixtures/any-server.ts';
import { run } from '../fixtures/command-line.ts';
import { placeStoreOf } from '../fixtures/empty-store.ts';
import { reportFault } from '../fixtures/fault-report.ts';
import { readyOf } from '../fixtures/readiness.ts';
import { RunningServer } from '../fixtures/running-server.ts';
import { scaledTimeout, until } from '../fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const REFUSED = /batch \d+ with \d+ hits is refused and set aside in quarantine\//;
const SITE = 'poison.example';

/** Runs statements on a store that is not open. */
async function alter(dataDir: string, statement: string): Promise<void> {
  const clients = Clients.embedded(join(dataDir, 'store'));
  await clients.writer.command({ query: statement });
  await clients.close();
}

async function send(server: AnyServer, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const { status } = await server.send(`/hit.gif?site=${SITE}&path=${path}`);
    assert.equal(status, 200);
  }
}

/** Hits by path, as the store has them. */
async function stored(server: AnyServer): Promise<Record<string, number>> {
  const { rows } = await server.ask<{ rows: { value: string; hits: number }[] }>(
    `/api/v1/top?site=${SITE}&by=path`,
  );
  return Object.fromEntries(rows.map(({ value, hits }) => [value, hits]));
}

async function metric(server: AnyServer, name: string): Promise<number> {
  const { text } = await server.send('/metrics', { headers: BEARER });
  return Number(new RegExp(`^hit_tracker_spool_quarantined_${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

async function doctor(dataDir: string, ...flags: string[]) {
  const { stdout, stderr } = await run(['doctor', '--data-dir', dataDir, '--json', ...flags]);
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout) as { findings: Finding[]; repairs: { what: string; done: boolean }[] };
}

const errorsOf = ({ findings }: { findings: Finding[] }) =>
  findings.filter(({ result }) => result === 'error').map(({ check }) => check);

test('a poison batch is set aside through kill -9, the next ones go on, and it comes back once', {
  timeout: scaledTimeout(240_000),
}, async (t) => {
  const dataDir = join(temporaryFolder(t), 'data');
  placeStoreOf(dataDir, []);
  // Migrated, as the server would do.
  await (await Store.open({ setting: 'embedded', folder: join(dataDir, 'store') })).close();
  await alter(dataDir, "ALTER TABLE hits ADD CONSTRAINT no_poison CHECK path != '/poison'");
  let server = await RunningServer.start(dataDir);
  t.after(() => server[Symbol.asyncDispose]());
  await send(server, ['/one']);
  await stored(server);
  const began = Date.now();
  // One batch: the good hit waits beside the bad one.
  await send(server, ['/beside', '/poison']);
  await until('the batch is set aside', () => REFUSED.test(server.stderr));
  const recovery = Date.now() - began;
  await send(server, ['/two']);
  assert.deepEqual(await stored(server), { '/one': 1, '/two': 1 });
  const ready = readyOf(await server.send('/readyz'));
  assert.deepEqual([ready.status, ready.problems?.map(({ code }) => code)], ['degraded', ['quarantine']]);
  assert.deepEqual([await metric(server, 'batches'), await metric(server, 'hits')], [1, 2]);
  assert.ok((await metric(server, 'bytes')) > 0);
  assert.equal((await server.total(SITE)).hits, 4);
  assert.deepEqual(errorsOf(await doctor(dataDir)), ['quarantine']);

  server.child.kill('SIGKILL');
  await server.ended;
  server = await RunningServer.start(dataDir);
  await send(server, ['/three']);
  assert.deepEqual(await stored(server), { '/one': 1, '/two': 1, '/three': 1 });
  assert.equal(await metric(server, 'batches'), 1);
  // The cause is still there.
  const refused = await doctor(dataDir, '--requeue');
  assert.deepEqual(errorsOf(refused), ['quarantine']);
  assert.deepEqual(
    refused.repairs.map(({ done }) => done),
    [false],
  );
  assert.match(refused.repairs[0]!.what, /2 hits stay set aside: store: .*no_poison/);

  await server.stop();
  await alter(dataDir, 'ALTER TABLE hits DROP CONSTRAINT no_poison');
  server = await RunningServer.start(dataDir);
  assert.equal((await server.total(SITE)).hits, 3);
  const found = await doctor(dataDir, '--requeue');
  assert.deepEqual(errorsOf(found), []);
  const every = { '/one': 1, '/beside': 1, '/poison': 1, '/two': 1, '/three': 1 };
  assert.deepEqual(await stored(server), every);
  assert.equal((await server.total(SITE)).hits, 5);
  assert.deepEqual([await metric(server, 'batches'), await metric(server, 'bytes')], [0, 0]);
  server.child.kill('SIGKILL');
  await server.ended;
  server = await RunningServer.start(dataDir);
  assert.deepEqual(await stored(server), every);
  assert.equal((await server.total(SITE)).hits, 5);
  await server.stop();
  reportFault(t, {
    ...{
      fault: 'poison batch',
      caused: 'a batch that violates a constraint of the table, through two kill -9',
    },
    ...{ times: 1, acknowledged: 5, stored: 5, lost: 0, doubled: 0, recovery },
  });
});
