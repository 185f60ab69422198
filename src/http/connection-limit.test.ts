import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { limitConnections, mostConnections } from './connection-limit.ts';

test('an address has a limited number of connections, others and trusted proxies are not affected', async (t) => {
  const server = createServer((_request, response) => response.end('served'));
  limitConnections(server, (address) => (address === '127.0.0.3' ? '' : address), 2);
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const connected = async (localAddress: string) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    t.after(() => socket.destroy());
    await once(socket, 'connect');
    return socket;
  };
  const served = async (localAddress: string) => {
    const socket = await connected(localAddress);
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
    return (await text(socket)).includes('served');
  };
  const held = [await connected('127.0.0.2'), await connected('127.0.0.2')];
  const refused = await text(await connected('127.0.0.2'));
  assert.match(refused, /^HTTP\/1\.1 503 .+"code":"overloaded".+2 connections/s);
  assert.equal(await served('127.0.0.1'), true);
  for (let i = 0; i < 5; i++) await connected('127.0.0.3');
  assert.equal(await served('127.0.0.3'), true);
  held[0]!.destroy();
  while (!(await served('127.0.0.2')));
});

test('clients leave open files for the store, however few the system allows', () => {
  assert.equal(mostConnections(2 ** 20), 20_000);
  assert.equal(mostConnections(Number.POSITIVE_INFINITY), 20_000);
  assert.equal(mostConnections(20_000), 19_744);
  assert.equal(mostConnections(1024), 768);
  assert.equal(mostConnections(1024, { servers: 4, filesEach: 1 }), 192);
  assert.equal(mostConnections(1024, { servers: 4, filesEach: 3 }), 64);
  assert.equal(mostConnections(2 ** 20, { servers: 4, filesEach: 3 }), 5000, 'all together');
  assert.equal(mostConnections(300), 150);
  assert.ok(mostConnections() > 0);
});
