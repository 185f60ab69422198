/** Clients that send a request as slowly as they are allowed to. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { ServerHere } from '../fixtures/server-here.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const SLOW = 300;
/** Time limit of a header, and how often it is checked. */
const LONGEST_MS = 25_000;

test('connections whose headers never end are closed within 25 s, and hits are counted meanwhile', {
  timeout: scaledTimeout(120_000),
}, async (t) => {
  await using server = await ServerHere.start(t, temporaryFolder(t), '--tracker', 'simple');
  const began = performance.now();
  const ends: number[] = [];
  const drip = (socket: Socket) => {
    const timer = setInterval(() => socket.write('x-slow: 1\r\n'), 1000);
    return once(socket, 'close').then(() => {
      clearInterval(timer);
      ends.push(performance.now() - began);
    });
  };
  const closed = Array.from({ length: SLOW }, () =>
    drip(server.connect('GET /hit.gif?site=a.example HTTP/1.1\r\nhost: a.example\r\n').resume()),
  );
  const all = Promise.all(closed);
  let hits = 0;
  for (let open = true; open; hits++) {
    const { status } = await server.send('/hit.gif?site=a.example');
    assert.equal(status, 200);
    open = await Promise.race([
      all.then(() => false),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 200)),
    ]);
  }
  const longest = Math.max(...ends);
  t.diagnostic(
    `${SLOW} slow headers ended after ${Math.round(Math.min(...ends))} to ${Math.round(longest)} ms`,
  );
  assert.equal(ends.length, SLOW);
  assert.ok(longest < scaledTimeout(LONGEST_MS) + 2000, `${longest} ms`);
  assert.equal((await server.total('a.example')).hits, hits);
});
