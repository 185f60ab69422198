/**
 * The central promise: an acknowledged hit is counted once, whatever happens to the process. So the process is killed at
 * random moments, and started again.
 */

import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ControlClient } from '../../src/commands/control-client.ts';
import { DBTracker } from '../../src/trackers/db.ts';
import { BEARER, FIREFOX, UNFINISHED } from '../fixtures/any-server.ts';
import { Program } from '../fixtures/command-line.ts';
import { reportFault } from '../fixtures/fault-report.ts';
import { CONNECTIONS, Load, randomNumbers } from '../fixtures/hit-load.ts';
import { rounds } from '../fixtures/rounds.ts';
import { RunningServer } from '../fixtures/running-server.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { Lines } from '../fixtures/shelf.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';
import { assertVisits } from '../fixtures/visit-recount.ts';

const options = { timeout: scaledTimeout(120_000) };
const ROUNDS = rounds(20, 4);
/** For an import: how often, and at most how many milliseconds after its first chunk. */
const IMPORTS = rounds(4, 2);
const WAIT = rounds(250, 40);
const ALL = { site: '', from: 0, to: Date.UTC(2199, 0), bots: 'include', status: [], classes: [] } as const;

/** When to kill an import: in a round, so many milliseconds after what the round waits for. */
type Kill = { readonly round: number; readonly wait: number };

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

/** Asserts that each acknowledged hit is in the store, and none twice. @returns the number of its hits */
async function assertCountedOnce(load: Load, dataDir: string): Promise<number> {
  const counts = await countsIn(dataDir);
  const lost = [...load.acknowledged].filter((path) => !counts.has(path));
  assert.deepEqual(lost, [], 'acknowledged and lost');
  const twice = [...counts].filter(([, hits]) => hits !== 1);
  assert.deepEqual(twice, [], 'counted twice');
  return counts.size;
}

/** Lets the server on a folder roll up what it has, and compute its visits, over and over until it ends. */
async function rollUps(dataDir: string): Promise<void> {
  const control = await ControlClient.connect(dataDir);
  for (let isRunning = control !== undefined; isRunning; ) {
    isRunning = await control!
      .post('/control/purge?dry_run=true', Readable.from([]), () => undefined)
      .then(
        () => true,
        () => false,
      );
  }
}

describe('a server that is killed', () => {
  test(`${ROUNDS} times, under load, counted every acknowledged hit once`, options, async (t) => {
    const dataDir = temporaryFolder(t);
    const random = randomNumbers(20261124);
    const load = new Load();
    for (let round = 0; round < ROUNDS; round++) {
      const durability = round % 4 === 3 ? 'process' : 'disk';
      const threads = round % 5 === 4 ? '2' : '1';
      await using server = await RunningServer.start(
        dataDir,
        '--durability',
        durability,
        '--threads',
        threads,
      );
      const running = load.run(server.port);
      const rolling = rollUps(dataDir);
      await sleep(50 + 550 * random.next().value);
      server.child.kill('SIGKILL');
      await Promise.all([running, rolling, server.ended]);
    }
    t.diagnostic(`${load.acknowledged.size} of ${load.sent} hits were acknowledged`);
    assert.ok(load.acknowledged.size > 50 * ROUNDS);

    let total: { hits: number; visitors: number };
    {
      await using server = await RunningServer.start(dataDir);
      total = await server.total('kill.test');
      await server.stop();
    }
    const hits = await assertCountedOnce(load, dataDir);
    // Hits in flight at the kill may be stored without an answer.
    assert.ok(hits <= load.acknowledged.size + ROUNDS * CONNECTIONS);
    reportFault(t, {
      fault: 'kill -9',
      caused: 'a server under load killed at random moments, and started again',
      ...{
        times: ROUNDS,
        acknowledged: load.acknowledged.size,
        stored: hits,
        lost: 0,
        doubled: 0,
        recovery: null,
      },
    });
    assert.deepEqual(total, { hits, visitors: 1 }, 'live counts are those of the store');
  });

  test('by a second SIGTERM, counted every acknowledged hit once', options, async (t) => {
    const dataDir = temporaryFolder(t);
    const load = new Load();
    await using server = await RunningServer.start(dataDir);
    const running = load.run(server.port);
    await sleep(500);
    // It waits for the end of a request, while its engine works.
    server.connect(UNFINISHED);
    const query = () => server.send('/api/v1/stats', { headers: BEARER });
    const answers = Promise.allSettled(Array.from({ length: 100 }, query));
    await sleep(100);
    server.child.kill('SIGTERM');
    await sleep(700);
    server.child.kill('SIGTERM');
    const { code } = await server.ended;
    await Promise.all([running, answers]);
    // It may have finished before.
    if (code !== 0) assert.equal(server.child.signalCode, 'SIGKILL', server.stderr);
    assert.ok(load.acknowledged.size > 50);
    await assertCountedOnce(load, dataDir);
  });
});

describe('an import that is killed', () => {
  const LINES = rounds(200_000, 60_000);
  // Long lines, so that few of them make several chunks.
  const agent = `${FIREFOX} ${'x'.repeat(1000)}`;
  const log = Array.from({ length: LINES }, (_, line) => {
    const time = `2${line % 8}/Nov/2026:0${line % 10}:00:00 +0000`;
    return `192.0.2.${line % 250} - - [${time}] "GET /line-${line} HTTP/1.1" 200 5 "-" "${agent}"\n`;
  }).join('');

  async function assertWhole(dataDir: string): Promise<void> {
    const counts = await countsIn(dataDir);
    assert.equal(counts.size, LINES);
    assert.deepEqual(
      [...counts].filter(([, hits]) => hits !== 1),
      [],
    );
  }

  /** The chunks of a log that are in the spool. */
  function chunksIn(dataDir: string): string[] {
    const spool = join(dataDir, 'spool');
    return existsSync(spool) ? readdirSync(spool).filter((file) => file.endsWith('.noted')) : [];
  }

  /** Waits until an import has another chunk of its log in the spool, and, if `stored`, one in the store; or until its end. */
  async function chunk(dataDir: string, importing: Program, state: 'read' | 'stored'): Promise<void> {
    // Chunks of an earlier run say nothing about this one, which may not even have started.
    const seen = new Set(chunksIn(dataDir));
    const earlier = seen.size;
    const isOver = importing.ended.then(() => true);
    const isThere = () => {
      const present = chunksIn(dataDir);
      for (const file of present) seen.add(file);
      return seen.size > earlier && (state === 'read' || present.length < seen.size - earlier);
    };
    while (!isThere() && !(await Promise.race([isOver, sleep(5)])));
  }

  /** Kills a program a while after a chunk of the log was read, or, in the last round, stored. */
  async function killIn(
    dataDir: string,
    program: Program,
    importing: Program,
    { round, wait }: Kill,
  ): Promise<void> {
    await chunk(dataDir, importing, round === IMPORTS - 1 ? 'stored' : 'read');
    await sleep(wait);
    program.child.kill('SIGKILL');
    await program.ended;
  }

  test('counts every line once when it runs again', options, async (t) => {
    const dataDir = join(temporaryFolder(t), 'data');
    const file = join(temporaryFolder(t), 'access.log');
    writeFileSync(file, log);
    const command = ['import', '--data-dir', dataDir, '--site', 'kill.test', '--json', file];
    const random = randomNumbers(7);
    for (let round = 0; round < IMPORTS; round++) {
      await using program = new Program(command);
      await killIn(dataDir, program, program, { round, wait: WAIT * random.next().value });
    }
    await using last = new Program(command);
    const { code, stdout, stderr } = await last.ended;
    assert.equal(code, 0, stderr);
    const summary = JSON.parse(stdout);
    t.diagnostic(`${summary.already} lines of ${LINES} were there before the last import`);
    assert.ok(summary.already > 0, 'it does not start over');
    assert.equal(summary.already + summary.imported, LINES);
    await assertWhole(dataDir);
  });

  test('with its server counts every line once when it runs again', options, async (t) => {
    const dataDir = join(temporaryFolder(t), 'data');
    const file = join(temporaryFolder(t), 'access.log');
    writeFileSync(file, log);
    const command = ['import', '--data-dir', dataDir, '--site', 'kill.test', '--json', file];
    const random = randomNumbers(8);
    for (let round = 0; round < IMPORTS; round++) {
      await using server = await RunningServer.start(dataDir);
      await using program = new Program(command);
      await killIn(dataDir, server, program, { round, wait: WAIT * random.next().value });
      const { code, stderr } = await program.ended;
      if (code !== 0) assert.match(stderr, /import the log again/);
    }
    await using server = await RunningServer.start(dataDir);
    await using last = new Program(command);
    const { code, stderr } = await last.ended;
    assert.equal(code, 0, stderr);
    assert.equal((await server.total('kill.test')).hits, LINES);
    await server.stop();
    await assertWhole(dataDir);
  });
});
