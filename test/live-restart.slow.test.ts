import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { DBTracker } from '../src/trackers/db.ts';
import { restoreLive } from '../src/trackers/restore-live.ts';
import { BEARER } from './fixtures/any-server.ts';
import { liveAt, toldOf } from './fixtures/counting-process.ts';
import { RunningServer } from './fixtures/running-server.ts';
import { scaledTimeout } from './fixtures/scaled-timeout.ts';
import { Lines } from './fixtures/shelf.ts';
import { temporaryFolder } from './fixtures/temporary.ts';

const MINUTE = 60_000;
const options = { timeout: scaledTimeout(60_000) };
const COUNTING = new URL('./fixtures/counting-process.ts', import.meta.url).pathname;

test('a killed process restores the same live state, cell by cell', options, async (t) => {
  const dataDir = temporaryFolder(t);
  const now = Date.now();
  const child = spawn(process.execPath, [COUNTING, dataDir, String(now)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const [before] = (await once(createInterface(child.stdout), 'line')) as [string];
  child.kill('SIGKILL');
  await once(child, 'close');

  const rebuilt = async (): Promise<string> => {
    await using db = await DBTracker.open({ dataDir, log: new Lines() });
    await db.spool.flush();
    using live = liveAt(now, dataDir);
    await restoreLive(live, db.store, now);
    return await toldOf(live);
  };
  assert.equal(JSON.parse(before).length, 41);
  assert.equal(await rebuilt(), before);
});

test('a killed server reports the same live windows again', options, async (t) => {
  const dataDir = temporaryFolder(t);
  const answers: object[] = [];
  const ask = async (server: RunningServer) => {
    for (const site of ['a.example', 'b.example', '']) {
      const path = `/api/v1/live?site=${site}&window=10m,2h,24h,30d`;
      const { at: _, ...answer } = await server.ask<{ at: string }>(path);
      answers.push(answer);
    }
    return answers.splice(0);
  };
  let before: object[];
  {
    await using server = await RunningServer.start(dataDir, '--live-memory', '1MiB');
    // No window's start passes a hit while the test runs.
    for (const [round, age] of [0, 2 * MINUTE, 30 * MINUTE, 90 * MINUTE].entries()) {
      const hits = Array.from({ length: 500 }, (_, i) => ({
        ...{ site: `${'ab'[i % 2]}.example`, path: '/', visitor: `visitor-${round * 100 + i}` },
        time: new Date(Date.now() - age - 100 * i).toISOString(),
      }));
      const { status, text } = await server.post('/api/v1/hits', hits, BEARER);
      assert.equal(status, 202, text);
    }
    before = await ask(server);
    server.child.kill('SIGKILL');
    await server.ended;
  }
  await using server = await RunningServer.start(dataDir);
  assert.deepEqual(await ask(server), before);
  await server.stop();
});
