/** Servers whose store, Redis or Kafka hangs: they stop in time, and what they acknowledged is stored once by the next. */

import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stats } from '../../src/index.ts';
import { assertProblem, BEARER } from '../fixtures/any-server.ts';
import { ClickHouseFront } from '../fixtures/clickhouse-front.ts';
import { run } from '../fixtures/command-line.ts';
import { FrozenLink } from '../fixtures/frozen-link.ts';
import { readyOf, readyWhen } from '../fixtures/readiness.ts';
import { RunningServer } from '../fixtures/running-server.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const timeout = scaledTimeout(120_000);
/** Milliseconds of `--stop-timeout`, and what a busy machine may add. */
const MOST_MS = scaledTimeout(8000) + 1500;

/** Sends hits. @returns how many were acknowledged */
async function send(server: RunningServer, hits: number): Promise<number> {
  let acknowledged = 0;
  const sent = Array.from({ length: hits }, async () => {
    const { status } = await server.send('/hit.gif?site=a.example');
    if (status === 200) acknowledged++;
  });
  await Promise.all(sent);
  return acknowledged;
}

/** A ClickHouse server behind a link that can fail, and its address for `--store`. */
async function linkedStore(t: TestContext): Promise<{ link: FrozenLink; store: string }> {
  const front = await ClickHouseFront.start();
  const link = await FrozenLink.to(Number(new URL(front.url).port));
  t.after(async () => {
    await link[Symbol.asyncDispose]();
    await front.close();
  });
  return { link, store: `clickhouse://default:@127.0.0.1:${link.port}/default` };
}

async function storedHits(server: RunningServer): Promise<number | null> {
  return (await server.ask<Stats>('/api/v1/stats?site=a.example')).totals.hits;
}

/** Stops a server. @returns milliseconds */
async function stopped(server: RunningServer, signal: NodeJS.Signals): Promise<number> {
  const began = performance.now();
  server.child.kill(signal);
  const { code, stderr } = await server.ended;
  assert.equal(code, 0, stderr);
  return performance.now() - began;
}

describe('a server whose store is on a server', () => {
  for (const [fault, signal] of [
    ['freeze', 'SIGTERM'],
    ['cut', 'SIGTERM'],
    ['freeze', 'SIGHUP'],
  ] as const) {
    test(`that does not answer (${fault}) stops in time on ${signal}, and loses nothing`, {
      timeout,
    }, async (t) => {
      const { link, store } = await linkedStore(t);
      const data = temporaryFolder(t);
      let acknowledged = 0;
      {
        await using server = await RunningServer.start(data, '--store', store);
        acknowledged += await send(server, 40);
        assert.equal(await storedHits(server), 40);
        link[fault]();
        acknowledged += await send(server, 60);
        const milliseconds = await stopped(server, signal);
        assert.ok(milliseconds < MOST_MS, `${milliseconds} ms`);
      }
      assert.equal(acknowledged, 100);
      link.mend();
      await using again = await RunningServer.start(data, '--store', store);
      assert.equal(await storedHits(again), 100);
    });
  }

  for (const fault of ['freeze', 'cut'] as const) {
    test(`that does not answer (${fault}) starts without it, and counts each hit once when it is back`, {
      timeout,
    }, async (t) => {
      const { link, store } = await linkedStore(t);
      const data = temporaryFolder(t);
      let acknowledged = 0;
      {
        // Some hits in the store, and some in the spool of a server that was killed.
        await using server = await RunningServer.start(data, '--store', store);
        acknowledged += await send(server, 30);
        assert.equal(await storedHits(server), 30);
        link[fault]();
        acknowledged += await send(server, 20);
      }
      await using server = await RunningServer.start(data, '--store', store);
      assert.match(server.stderr, /the store does not answer: hits are accepted/);
      acknowledged += await send(server, 50);
      assert.equal(acknowledged, 100);
      assert.equal((await server.total('a.example')).hits, 50);
      const ready = await server.send('/readyz');
      assert.equal(ready.status, 200);
      assert.equal(readyOf(ready).components.store, 'down');
      assertProblem(
        await server.send('/api/v1/stats?site=a.example', { headers: BEARER }),
        503,
        'store_unavailable',
      );
      link.mend();
      await readyWhen(server, ({ text }) => text.includes('"store":"up"'));
      acknowledged += await send(server, 10);
      while ((await server.total('a.example')).hits < acknowledged)
        await sleep(100, undefined, { signal: t.signal });
      assert.equal((await server.total('a.example')).hits, 110);
      assert.equal(await storedHits(server), 110);
    });
  }

  test('that hangs while it is asked ends queries within seconds, also those that come later', {
    timeout,
  }, async (t) => {
    const { link, store } = await linkedStore(t);
    await using server = await RunningServer.start(temporaryFolder(t), '--store', store);
    await send(server, 5);
    assert.equal(await storedHits(server), 5);
    link.freeze();
    const ask = async () => {
      const began = performance.now();
      const answer = await server.send('/api/v1/stats?site=a.example', { headers: BEARER });
      assertProblem(answer, 503, 'store_unavailable');
      return performance.now() - began;
    };
    // More than run at a time.
    const first = await Promise.all(Array.from({ length: 12 }, ask));
    const later = await ask();
    t.diagnostic(`the first within ${Math.max(...first)} ms, a later one within ${later} ms`);
    assert.ok(Math.max(...first) < scaledTimeout(10_000), String(first));
    assert.ok(later < scaledTimeout(1000), `${later} ms`);
    link.mend();
    await readyWhen(server, ({ text }) => text.includes('"store":"up"'));
    while ((await server.send('/api/v1/stats?site=a.example', { headers: BEARER })).status !== 200)
      await sleep(100, undefined, { signal: t.signal });
    assert.equal(await storedHits(server), 5);
  });

  test('that refuses the password does not start', { timeout }, async (t) => {
    const front = await ClickHouseFront.start();
    t.after(() => front.close());
    const { code, stderr } = await run([
      ...['serve', '--port', '0', '--data-dir', temporaryFolder(t)],
      ...['--store', front.url.replace('default:', 'default:wrong')],
    ]);
    assert.equal(code, 1);
    assert.match(stderr, /password is incorrect/);
  });
});
