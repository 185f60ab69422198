/** `/readyz` tells the truth about parts that are elsewhere. Slow, as a server waits for shared salts as it starts. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Answer } from './fixtures/any-server.ts';
import { readyWhen, upMetricOf } from './fixtures/readiness.ts';
import { scaledTimeout } from './fixtures/scaled-timeout.ts';
import { ServerHere } from './fixtures/server-here.ts';
import { temporaryFolder } from './fixtures/temporary.ts';

describe('readiness', { timeout: scaledTimeout(60_000) }, () => {
  test('says within seconds that Redis is gone, refuses or hangs, and that hits are accepted', async (t) => {
    let mode: 'refuses' | 'hangs' = 'refuses';
    const sockets = new Set<Socket>();
    const redis = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('data', () => mode === 'refuses' && socket.write('-NOAUTH Authentication required.\r\n'));
    });
    redis.listen(0, '127.0.0.1');
    await once(redis, 'listening');
    const { port } = redis.address() as AddressInfo;
    const folder = join(temporaryFolder(t), 'data');
    const live = ['--tracker', 'simple,rate', '--live', `redis://127.0.0.1:${port}`];
    await using server = await ServerHere.start(t, folder, ...live);
    const isDown = ({ status, text }: Answer) => status === 200 && text.includes('"live":"down"');
    assert.equal((await readyWhen(server, isDown)).status, 'degraded');
    mode = 'hangs';
    await readyWhen(server, isDown);
    redis.close();
    for (const socket of sockets) socket.destroy();
    await readyWhen(server, isDown);
    assert.equal(await upMetricOf(server, 'live'), '0');
    assert.match(server.stderr, /live: Redis does not answer/);
  });
});
