/** Clients without a token cannot hold the live streams: an administrator always gets one. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { BEARER } from '../fixtures/any-server.ts';
import { file } from '../fixtures/file-scope.ts';
import { ServerHere } from '../fixtures/server-here.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const server = await ServerHere.start(
  file,
  temporaryFolder(file),
  ...['--public', '--tracker', 'simple,rate'],
);

/** Requests a stream. */
function requested(headers: Record<string, string>, { port } = server, query = '') {
  const path = `/api/v1/live/events${query}`;
  const sent = request({ host: '127.0.0.1', port, path, headers, agent: false });
  sent.on('error', () => undefined).end();
  return sent;
}

/** Opens a stream, and reads it. */
async function opened(...args: Parameters<typeof requested>): Promise<IncomingMessage> {
  const sent = requested(...args);
  const [response]: IncomingMessage[] = await once(sent, 'response');
  response!.on('error', () => undefined).resume();
  return response!;
}

/** The streams that a number of clients got, each of which asks for fifty. */
async function hold(addresses: readonly string[]): Promise<IncomingMessage[]> {
  const all = addresses.flatMap((address) =>
    Array.from({ length: 50 }, () => opened({ 'x-forwarded-for': address })),
  );
  return (await Promise.all(all)).filter(({ statusCode }) => statusCode === 200);
}

test('one client has a share of the streams, a /64 is one client, and an administrator gets any number', async () => {
  const held = await hold(['203.0.113.66']);
  assert.equal(held.length, 20);
  const network = await hold(['2001:db8::1', '2001:db8::2', '2001:db8::3']);
  assert.equal(network.length, 20);
  held.push(...network, ...(await hold(['203.0.113.67', '203.0.113.68', '203.0.113.69'])));
  const open = () => held.filter(({ complete }) => !complete).length;
  assert.equal(open(), 80);
  const own = await Promise.all(Array.from({ length: 30 }, () => opened(BEARER)));
  assert.deepEqual([...new Set(own.map(({ statusCode }) => statusCode))], [200]);
  while (open() > 70) await new Promise(setImmediate);
  // The oldest ones ended for them.
  assert.ok(held.slice(0, 10).every(({ complete }) => complete));
  // Another client gets one, too.
  assert.equal((await opened({ 'x-forwarded-for': '198.51.100.1' })).statusCode, 200);
  for (const each of [...held, ...own]) each.destroy();
});

test('a client that disconnects before its stream begins holds none', async (t) => {
  const connections: Socket[] = [];
  const peer = createServer((socket) => void connections.push(socket)).listen(0, '127.0.0.1');
  t.after(() => peer.close());
  await once(peer, 'listening');
  const url = `http://127.0.0.1:${(peer.address() as AddressInfo).port}`;
  const flags = ['--public', '--tracker', 'simple,rate', '--peers', url];
  const node = await ServerHere.start(t, temporaryFolder(t), ...flags);
  const client = { 'x-forwarded-for': '203.0.113.66' };
  const sent = Array.from({ length: 20 }, () => requested(client, node));
  await once(peer, 'connection');
  for (const each of sent) each.destroy();
  assert.equal((await node.send('/healthz')).status, 200);
  for (const socket of connections) socket.destroy();
  while ((await opened(client, node, '?peers=false')).statusCode !== 200);
});

test('wrong tokens from the address of an open stream neither end it nor the server', async (t) => {
  const own = await ServerHere.start(t, temporaryFolder(t), '--tracker', 'simple,rate');
  t.after(() => own[Symbol.asyncDispose]());
  const address = { 'x-forwarded-for': '203.0.113.90' };
  const stream = await fetch(`http://127.0.0.1:${own.port}/api/v1/live/events`, {
    headers: { ...BEARER, ...address },
  });
  const events = stream.body!.getReader();
  for (let i = 0; i < 25; i++)
    await own.send('/api/v1/live', { headers: { ...address, authorization: `Bearer guess-${i}` } });
  for (let seconds = 0; seconds < 3; seconds++) assert.equal((await events.read()).done, false);
  await events.cancel();
});
