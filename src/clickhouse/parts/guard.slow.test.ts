import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { scaledTimeout } from '../../../test/fixtures/scaled-timeout.ts';
import { Clients } from '../clients.ts';
import { StoreGuard } from './guard.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

test('a ping that a server loses fails soon, and the next one is answered', {
  timeout: scaledTimeout(20_000),
}, async (t) => {
  let requests = 0;
  const server = createServer((_request, response) => {
    if (++requests > 1) response.end('{"1":1}\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const clients = Clients.remote(`clickhouse://default:@127.0.0.1:${port}/default`);
  const guard = new StoreGuard(clients, silent);
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await guard.close();
    await clients.close();
  });
  await assert.rejects(guard.ping(), { code: 'store_unavailable' });
  await guard.ping();
});
