/** Connections that send nothing, or the halves of requests, do not keep others waiting. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { UNFINISHED } from '../fixtures/any-server.ts';
import { file } from '../fixtures/file-scope.ts';
import { ServerHere } from '../fixtures/server-here.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const EACH = 500;
const server = await ServerHere.start(file, temporaryFolder(file), '--tracker', 'simple,rate');

for (const [what, bytes] of [
  ['are idle', ''],
  ['stall in the middle of a header', 'POST /hit HTTP/1.1\r\nhost: a.exam'],
  ['stall in the middle of a body', UNFINISHED],
] as const) {
  test(`with ${EACH} connections that ${what}, others are answered, and the hits of these are not counted`, async () => {
    const site = `${bytes.length}.example`;
    const slow = Array.from({ length: EACH }, () => server.connect(bytes));
    await Promise.all(slow.map((socket) => once(socket, 'connect')));
    for (let i = 0; i < 20; i++)
      assert.equal((await server.send(`/hit.gif?site=${site}&path=/`)).status, 200);
    assert.equal((await server.total(site)).hits, 20);
    assert.ok(slow.every((socket) => !socket.destroyed && socket.bytesRead === 0));
    for (const socket of slow) socket.destroy();
    assert.equal((await server.total('a.example')).hits, 0);
  });
}
