/** Ten thousand connections that send nothing, or only the beginning of a request. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { reportFault } from '../fixtures/fault-report.ts';
import { rounds } from '../fixtures/rounds.ts';
import { RunningServer } from '../fixtures/running-server.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const CONNECTIONS = rounds(10_000, 2000);
/** Opened at a time. */
const AT_ONCE = 100;
const HITS = 200;
const SITE = 'idle.example';
/** Bytes that one may cost. */
const MOST_EACH = 64 * 1024;

/** Bytes of memory in use. */
function memoryOf(pid: number): number {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!;
  return Number(kibibytes) * 1024;
}

test('hits are counted beside connections that are idle, which cost little memory', {
  timeout: scaledTimeout(300_000),
  skip: process.platform === 'linux' ? false : '/proc is needed',
}, async (t) => {
  await using server = await RunningServer.start(temporaryFolder(t));
  const count = async () => {
    for (let i = 0; i < HITS; i++) {
      const { status } = await server.send(`/hit.gif?site=${SITE}&path=/${i}`);
      assert.equal(status, 200);
    }
  };
  await count();
  const before = memoryOf(server.child.pid!);
  const sockets: Socket[] = [];
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  while (sockets.length < CONNECTIONS) {
    const opened = Array.from({ length: AT_ONCE }, () => connect(server.port, '127.0.0.1'));
    await Promise.all(opened.map((socket) => once(socket, 'connect')));
    for (const socket of opened) socket.on('error', () => undefined);
    sockets.push(...opened);
  }
  const began = performance.now();
  await count();
  const mean = (performance.now() - began) / HITS;
  const closed = sockets.filter((socket) => socket.readyState !== 'open').length;
  const each = (memoryOf(server.child.pid!) - before) / CONNECTIONS;
  t.diagnostic(
    `${CONNECTIONS - closed} were open; ${Math.round(each)} bytes each, ${mean.toFixed(1)} ms a hit`,
  );
  // Those that have sent nothing for too long may be closed, as their header is late.
  for (const socket of sockets) socket.destroy();
  await count();
  const { totals } = await server.ask<{ totals: { hits: number } }>(`/api/v1/stats?site=${SITE}`);
  reportFault(t, {
    fault: 'idle connections',
    caused: 'connections that are opened and send nothing, beside hits',
    ...{ times: CONNECTIONS, acknowledged: 3 * HITS, stored: totals.hits },
    ...{
      lost: Math.max(0, 3 * HITS - totals.hits),
      doubled: Math.max(0, totals.hits - 3 * HITS),
      recovery: 0,
    },
  });
  assert.equal(totals.hits, 3 * HITS);
  assert.ok(each < MOST_EACH, `${each} bytes each`);
});
