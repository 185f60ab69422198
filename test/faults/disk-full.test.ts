/**
 * A disk that fills and is freed at random moments, under a server that accepts hits and logs and rolls up: acknowledged
 * hits are counted once, and work resumes by itself when there is room again.
 */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { RESERVE } from '../../src/clickhouse/parts/free-space.ts';
import { retentionPolicy } from '../../src/retention/policy.ts';
import { RetentionJob } from '../../src/retention/retention-job.ts';
import { waitForFreeSpace } from '../../src/store/free-room.ts';
import { DBTracker } from '../../src/trackers/db.ts';
import { FIREFOX } from '../fixtures/any-server.ts';
import { run } from '../fixtures/command-line.ts';
import { reportFault } from '../fixtures/fault-report.ts';
import { hitOf } from '../fixtures/hit.ts';
import { randomHalves } from '../fixtures/random.ts';
import { rounds } from '../fixtures/rounds.ts';
import { RunningServer } from '../fixtures/running-server.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { Lines } from '../fixtures/shelf.ts';
import { SmallDisk } from '../fixtures/small-disk.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';
import { assertVisits } from '../fixtures/visit-recount.ts';

const FILLS = rounds(50, 3);
const CONNECTIONS = 16;
const LINES = 4000;
const TITLE = 'x'.repeat(400);
/** Milliseconds after which a server that has not recovered counts as failed. */
const MOST_MS = scaledTimeout(60_000);
const ALL = { site: '', from: 0, to: Date.UTC(2199, 0), bots: 'include', status: [], classes: [] } as const;

/** Hits that are sent one by one, each with its own path. */
class Load {
  readonly acknowledged = new Set<string>();
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  readonly #port: number;
  #sent = 0;
  #isOver = false;
  #senders: Promise<unknown>;

  constructor(port: number) {
    this.#port = port;
    this.#senders = Promise.all(Array.from({ length: CONNECTIONS }, () => this.#send()));
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#senders;
    this.#agent.destroy();
  }

  async #send(): Promise<void> {
    while (!this.#isOver) {
      const path = `/hit-${this.#sent++}`;
      const status = await this.#post(JSON.stringify({ site: 'full.test', path, title: TITLE }));
      if (status === 202) this.acknowledged.add(path);
      // A refused sender retries a little later; the others leave some of the machine for the disk.
      await sleep(status === 202 ? 5 : 20);
    }
  }

  #post(body: string): Promise<number | undefined> {
    return new Promise((resolve) => {
      const headers = { 'user-agent': FIREFOX, 'content-type': 'application/json' };
      const options = {
        host: '127.0.0.1',
        port: this.#port,
        path: '/hit',
        method: 'POST',
        agent: this.#agent,
      };
      const sent = request({ ...options, headers }, (response) => {
        response.on('error', () => undefined).resume();
        response.on('close', () => resolve(response.statusCode));
      });
      sent.on('error', () => resolve(undefined));
      sent.end(body);
    });
  }
}

interface Readiness {
  readonly status: string;
  readonly backlog: number;
  readonly problems?: readonly { readonly code: string }[];
}

/** Milliseconds until the server reports that it is well. */
async function recovered(server: RunningServer): Promise<number> {
  const began = performance.now();
  for (;;) {
    const { status, text } = await server.send('/readyz');
    const { status: state, backlog, problems } = JSON.parse(text) as Readiness;
    if (status === 200 && state === 'ready' && backlog <= 2) return Math.round(performance.now() - began);
    if (performance.now() - began > MOST_MS) {
      assert.fail(`not well after ${MOST_MS} ms: ${text} ${JSON.stringify(problems)}\n${server.stderr}`);
    }
    await sleep(50);
  }
}

/** An access log with unique lines. */
function logOf(number: number): string {
  return Array.from({ length: LINES }, (_, line) => {
    const time = `2${line % 8}/Nov/2025:0${line % 10}:00:00 +0000`;
    return `192.0.2.${line % 250} - - [${time}] "GET /line-${number}-${line} HTTP/1.1" 200 5 "-" "${FIREFOX} ${TITLE}"\n`;
  }).join('');
}

/** Hits by path. */
async function countsIn(dataDir: string): Promise<Map<string, number>> {
  await using db = await DBTracker.open({ dataDir, log: new Lines() });
  await db.spool.flush();
  await db.rollups.rollUp();
  await assertVisits(db.store);
  const rows = await db.store.rows<{ value: string; hits: string | number }>('top', {
    ...{ ...ALL, by: 'path', limit: 10_000_000 },
  });
  return new Map(rows.map(({ value, hits }) => [value, Number(hits)]));
}

test(`a disk that is full ${FILLS} times loses no acknowledged hit, doubles none, and needs no restart`, {
  timeout: scaledTimeout(120_000) + FILLS * 90_000,
}, async (t) => {
  const disk = SmallDisk.mount(t, 250);
  if (!disk) return;
  const numbers = randomHalves(20261129);
  const random = () => numbers() / 2 ** 32;
  const dataDir = join(disk.path, 'data');
  const logs = temporaryFolder(t);
  await using server = await RunningServer.start(dataDir, '--keep-hits', 'forever');
  const load = new Load(server.port);
  t.after(() => load.end());
  const imported = new Set<number>();
  const files: string[] = [];
  let longest = 0;
  for (let fill = 0; fill < FILLS; fill++) {
    const file = join(logs, `access-${fill}.log`);
    writeFileSync(file, logOf(fill));
    files.push(file);
    const importing = run(['import', file, '--site', 'log.test', '--data-dir', dataDir, '--json']);
    // This rolls up what is in the store.
    const rolling = run(['purge', '--dry-run', '--data-dir', dataDir]);
    await sleep(random() * 1500);
    disk.fill(random() < 0.5 ? 0 : Math.floor(random() * 20e6));
    await sleep(100 + random() * 900);
    disk.clear();
    longest = Math.max(longest, await recovered(server));
    if ((await importing).code === 0) imported.add(fill);
    await rolling;
  }
  await load.end();
  // A failed import is run again, as a person would.
  for (const [index, file] of files.entries()) {
    if (imported.has(index)) continue;
    const { code, stderr } = await run(['import', file, '--site', 'log.test', '--data-dir', dataDir]);
    assert.equal(code, 0, stderr);
  }
  await recovered(server);
  const query = '/api/v1/stats?interval=month&from=2025-01-01&to=2027-01-01';
  const answer = await server.send(query, { headers: { authorization: 'Bearer a-token-for-the-tests' } });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(server.child.exitCode, null, 'it runs');
  const doctor = await run(['doctor', '--data-dir', dataDir]);
  assert.equal(doctor.code, 0, doctor.stdout + doctor.stderr);
  await server.stop();

  const counts = await countsIn(dataDir);
  const lines = files.flatMap((_, file) =>
    Array.from({ length: LINES }, (_, line) => `/line-${file}-${line}`),
  );
  const acknowledged = [...load.acknowledged, ...lines];
  const lost = acknowledged.filter((path) => !counts.has(path));
  const doubled = [...counts].filter(([, hits]) => hits !== 1);
  reportFault(t, {
    fault: 'disk full',
    caused: 'a small tmpfs filled and freed at random moments under hits, imports and rollups',
    ...{ times: FILLS, acknowledged: acknowledged.length, stored: counts.size },
    ...{ lost: lost.length, doubled: doubled.length, recovery: longest },
  });
  assert.ok(load.acknowledged.size > 20 * FILLS);
  assert.deepEqual(lost.slice(0, 10), [], 'acknowledged and lost');
  assert.deepEqual(doubled.slice(0, 10), [], 'counted twice');
});

test('a purge makes room on a full disk, and then waiting hits are delivered', {
  timeout: scaledTimeout(120_000),
}, async (t) => {
  const disk = SmallDisk.mount(t, 150);
  if (!disk) return;
  const dataDir = join(disk.path, 'data');
  await using db = await DBTracker.open({ dataDir, log: new Lines() });
  const append = (count: number, time: number) => {
    const appended = Array.from({ length: count }, (_, i) => {
      const hit = hitOf({ site: 'a.example', path: `/${i}-${time}`, title: `${i}${TITLE}`, time });
      return new Promise<void>((resolve, reject) => {
        db.spool.append(hit, (fault) => (fault ? reject(fault) : resolve()));
      });
    });
    return Promise.all(appended);
  };
  const old = Date.now() - 30 * 86_400_000;
  await append(20_000, old);
  await db.spool.flush();
  await db.rollups.rollUp();
  disk.fill(RESERVE - 2 ** 20);
  await append(100, Date.now());
  const flushed = db.spool.flush();
  while (!db.store.guard.health.has('store_full')) await sleep(20);

  const { store, spool, rollups } = db;
  const policy = retentionPolicy(
    { default: 7, bySite: new Map() },
    { default: Number.POSITIVE_INFINITY, bySite: new Map() },
    { default: Number.POSITIVE_INFINITY, bySite: new Map() },
  );
  const purged = await new RetentionJob({ store, spool, rollups, policy, now: Date.now }).run();
  assert.equal(purged.hits[0]?.rows, 20_000);
  await waitForFreeSpace(store);
  disk.clear();
  await flushed;
  await using connection = store.dedicatedConnection();
  const [left] = await connection.rows<{ hits: string }>('SELECT count() AS hits FROM hits');
  assert.equal(Number(left?.hits), 100);
});
