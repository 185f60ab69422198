import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { controlSocket } from '../folder/control-socket.ts';
import { ControlClient } from './control-client.ts';

/** A client of a server that breaks off every second response after its first bytes. */
async function clientOfDyingServer(t: TestContext): Promise<ControlClient> {
  const folder = temporaryFolder(t);
  const server = createServer((request, response) => {
    if (request.url === '/healthz') response.end('{}');
    else response.write('{"progress":1}\n{"par', () => response.destroy());
  });
  server.listen(controlSocket(folder));
  t.after(() => server.close());
  await once(server, 'listening');
  return (await ControlClient.connect(folder))!;
}

describe('a connection that breaks while an answer is read', () => {
  for (const [name, read] of [
    ['get', (client) => client.get('/x')],
    ['send', (client) => client.send('POST', '/x', {})],
    ['post', (client) => client.post('/x', Readable.from([]), () => undefined)],
    ['stream', async (client) => buffer(await client.stream('/x'))],
  ] satisfies [string, (client: ControlClient) => Promise<unknown>][]) {
    it(`is reported in one line by ${name}`, async (t) => {
      const client = await clientOfDyingServer(t);
      await assert.rejects(async () => read(client), {
        name: 'HitError',
        code: 'store_unavailable',
        message: /^the server on this data folder closed the connection: /,
      });
    });
  }

  it('is not blamed for an error of the reader', async (t) => {
    const client = await clientOfDyingServer(t);
    const fault = new Error('full');
    const onLine = () => {
      throw fault;
    };
    await assert.rejects(client.post('/x', Readable.from([]), onLine), fault);
  });
});
