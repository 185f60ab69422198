/** A ClickHouse server that freezes for a minute under hits: none is lost, none is doubled, and queries do not wait for it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { BEARER } from '../fixtures/any-server.ts';
import { ClickHouseFront } from '../fixtures/clickhouse-front.ts';
import { reportFault } from '../fixtures/fault-report.ts';
import { FrozenLink } from '../fixtures/frozen-link.ts';
import { rounds } from '../fixtures/rounds.ts';
import { RunningServer } from '../fixtures/running-server.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

/** Milliseconds for which the store is frozen. */
const FROZEN_MS = rounds(60_000, 3000, 10_000);
const SITE = 'frozen.example';
/** Milliseconds between two hits. */
const EVERY = 20;

test('a store that freezes under hits has each of them once when it is back', {
  timeout: scaledTimeout(FROZEN_MS + 180_000),
}, async (t) => {
  const front = await ClickHouseFront.start();
  t.after(() => front.close());
  const link = await FrozenLink.to(Number(new URL(front.url).port));
  t.after(() => link[Symbol.asyncDispose]());
  const store = `clickhouse://default:@127.0.0.1:${link.port}/default`;
  await using server = await RunningServer.start(temporaryFolder(t), '--store', store);
  const acknowledged = new Set<string>();
  let sent = 0;
  let isOver = false;
  const load = (async () => {
    for (; !isOver; await sleep(EVERY)) {
      const path = `/hit-${sent++}`;
      const { status } = await server.send(`/hit.gif?site=${SITE}&path=${path}`);
      if (status === 200) acknowledged.add(path);
    }
  })();
  await sleep(1000);
  link.freeze();
  const end = performance.now() + FROZEN_MS;
  let longest = 0;
  while (performance.now() < end) {
    const began = performance.now();
    const { status } = await server.send(`/api/v1/sites`, { headers: BEARER });
    longest = Math.max(longest, performance.now() - began);
    assert.ok(status === 503 || status === 200, String(status));
    await sleep(500);
  }
  link.mend();
  const mended = performance.now();
  isOver = true;
  await load;
  const paths = async () =>
    (await front.rows<{ path: string }>(`SELECT path FROM hits WHERE site = '${SITE}'`)).map(
      ({ path }) => path,
    );
  while ((await paths()).length < acknowledged.size) await sleep(200, undefined, { signal: t.signal });
  const recovery = Math.round(performance.now() - mended);
  const stored = await paths();
  const known = new Set(stored);
  const lost = [...acknowledged].filter((path) => !known.has(path)).length;
  t.diagnostic(`a query took at most ${Math.round(longest)} ms`);
  reportFault(t, {
    fault: `ClickHouse frozen for ${FROZEN_MS / 1000} s`,
    caused: 'a link to a ClickHouse server that keeps its connections and passes nothing on, under hits',
    ...{ times: 1, acknowledged: acknowledged.size, stored: stored.length, lost },
    ...{ doubled: stored.length - known.size, recovery },
  });
  assert.deepEqual([lost, stored.length - known.size], [0, 0]);
  assert.ok(longest < scaledTimeout(10_000), `${longest} ms`);
});
