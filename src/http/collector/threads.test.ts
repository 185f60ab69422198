import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { FIREFOX } from '../../../test/fixtures/any-server.ts';
import { scaledTimeout, until } from '../../../test/fixtures/scaled-timeout.ts';
import { Lines } from '../../../test/fixtures/shelf.ts';
import { temporaryFolder } from '../../../test/fixtures/temporary.ts';
import { Drops } from '../../hit/drops.ts';
import { MidnightVisits } from '../../hit/midnight-visits.ts';
import { RateLimit } from '../../hit/rate-limit.ts';
import { DailySalts } from '../../hit/salts.ts';
import { Sites } from '../../hit/site.ts';
import { MemoryLive } from '../../live/memory.ts';
import { BatchRecorder } from '../../trackers/batch-recorder.ts';
import { RequestDurations } from '../request-durations.ts';
import { findPort } from '../server.ts';
import { SaltCell } from './salt-cell.ts';
import { CollectorThreads } from './threads.ts';

const options = { timeout: scaledTimeout(30_000) };

test(
  'a collector thread that dies is reported and replaced, and none of its counts are lost',
  options,
  async (t) => {
    const workers: Worker[] = [];
    const remember = (worker: Worker) => workers.push(worker);
    process.on('worker', remember);
    t.after(() => process.off('worker', remember));

    const { port, url } = await findPort(0, '127.0.0.1');
    const live = new MemoryLive({ expectedVisitors: 1000, rate: true, now: Date.now });
    const log = new Lines();
    const durations = new RequestDurations();
    const threads = await CollectorThreads.start(
      2,
      {
        port,
        host: '127.0.0.1',
        mostConnections: 100,
        trustProxy: 'loopback',
        clientHeader: 'x-forwarded-for',
        identity: 'cookieless',
        isLimited: false,
        maxNewVisitors: 10_000,
        intake: { key: randomBytes(16), importSalt: randomBytes(16) },
        adminToken: 'a-token-for-the-tests',
        logLevel: 'silent',
        mainSocket: join(temporaryFolder(t), 'none.sock'),
      },
      {
        recorder: new BatchRecorder({
          spool: undefined,
          live,
          limit: RateLimit.parse('off'),
          sites: new Sites({ max: 10 }),
          now: Date.now,
        }),
        drops: new Drops(Date.now()),
        durations,
        salts: new DailySalts({ random: randomBytes, now: Date.now }),
        midnight: new MidnightVisits(),
        print: () => undefined,
        log,
      },
    );
    t.after(() => threads.close());

    const hit = () =>
      fetch(`${url}/hit.gif?site=a.example&path=/`, {
        headers: { 'user-agent': FIREFOX, connection: 'close' },
      });
    for (let i = 0; i < 10; i++) assert.equal((await hit()).status, 200);
    assert.equal(workers.length, 2);
    await Promise.all(workers.map((worker) => worker.terminate()));
    await assert.rejects(hit());
    await until('two threads in place of those', () => workers.length === 4);
    for (let answered = 0; answered < 10; answered++) {
      await until('an answer of the new threads', () =>
        hit().then(
          (answer) => answer.status === 200,
          () => false,
        ),
      );
    }
    assert.equal((await live.read('a.example', [])).total.hits, 20);
    const pixel = durations.all.find(({ method, route }) => method === 'GET' && route === '/hit.gif')!;
    assert.deepEqual(
      pixel.observed.map(({ status, histogram }) => [status, histogram.count]),
      [['2xx', 20]],
    );
    assert.match(log.all.join(), /a collector thread exited and is replaced/);
  },
);

test('a thread waits until the main thread sends it a salt', options, async () => {
  const cell = new SaltCell();
  const module = new URL('./salt-cell.ts', import.meta.url).href;
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     import(workerData.module).then(({ SaltCell }) => {
       const cell = new SaltCell(workerData.memory);
       for (let i = 0; i < 2; i++) parentPort.postMessage(cell.await(() => parentPort.postMessage('ask')));
     });`,
    { eval: true, workerData: { module, memory: cell.memory } },
  );
  const salts = [new Uint8Array(16).fill(7), new Uint8Array(16).fill(9)];
  const waiting = [...salts];
  const given: unknown[] = [];
  worker.on('message', (message: unknown) => {
    if (message === 'ask') cell.put(waiting.shift()!);
    else given.push(message);
  });
  await new Promise((done) => worker.on('exit', done));
  assert.deepEqual(given, salts);
});
