/** Clients without a token cannot hold the live streams: an administrator always gets one. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
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

/** Opens a stream, and reads it. */
async function opened(headers: Record<string, string>): Promise<IncomingMessage> {
  const sent = request({
    ...{ host: '127.0.0.1', port: server.port, path: '/api/v1/live/events', headers, agent: false },
  });
  sent.on('error', () => undefined).end();
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
