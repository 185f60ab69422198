import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { scaledTimeout, until } from '../../test/fixtures/scaled-timeout.ts';
import { createApp } from './app.ts';
import { closeServer, listen } from './server.ts';

/** A server without routes, and connections to it whose clients keep their end open. */
async function served(t: TestContext) {
  const app = createApp(pino({ level: 'silent' }));
  await listen(app, 0, '127.0.0.1');
  const { port } = app.server.address() as AddressInfo;
  const connected = async () => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    t.after(() => socket.destroy());
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  };
  return { app, connected };
}

const TUNNEL = 'CONNECT a.example:443 HTTP/1.1\r\nhost: a.example\r\n\r\n';

describe('a connection that is refused', () => {
  for (const [why, request] of [
    ['a tunnel', TUNNEL],
    ['two hosts', 'GET / HTTP/1.1\r\nhost: a.example\r\nhost: b.example\r\n\r\n'],
    ['no HTTP', 'hello\r\n\r\n'],
  ] as const) {
    test(`for ${why} ends although its client keeps its end open, so the server can stop`, async (t) => {
      t.mock.timers.enable({ apis: ['setTimeout'] });
      const { app, connected } = await served(t);
      const socket = await connected();
      let answer = '';
      socket.setEncoding('latin1').on('data', (chunk) => {
        answer += chunk;
      });
      socket.write(request);
      await once(socket, 'end');
      assert.match(answer, /^HTTP\/1\.1 400 /);
      // Its grace period; `closeServer` disconnects the others only later.
      t.mock.timers.tick(2000);
      await closeServer(app);
    });
  }

  test('does no harm if its client resets it', async (t) => {
    const { app, connected } = await served(t);
    for (let i = 0; i < 20; i++) {
      const socket = await connected();
      socket.write(TUNNEL, () => socket.resetAndDestroy());
      await once(socket, 'close');
    }
    await closeServer(app);
  });
});

test('a server that closes answers every request, although its clients send one after another', {
  timeout: scaledTimeout(20_000),
}, async (t) => {
  // Nobody is disconnected for taking too long.
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const app = createApp(pino({ level: 'silent' }));
  let received = 0;
  const closing = Promise.withResolvers<void>();
  app.get('/', async () => {
    received++;
    await closing.promise;
    return 'here';
  });
  const url = await listen(app, 0, '127.0.0.1');
  let answered = 0;
  const clients = Array.from({ length: 4 }, async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    t.after(() => agent.destroy());
    for (;;) {
      const request = get(url, { agent });
      const [answer] = (await Promise.race([once(request, 'response'), once(request, 'close')]).catch(
        () => [],
      )) as IncomingMessage[];
      if (answer === undefined) return;
      answer.resume();
      await once(answer, 'end');
      answered++;
    }
  });
  await until('requests in progress', () => received === 4);
  const closed = closeServer(app);
  closing.resolve();
  await closed;
  await Promise.all(clients);
  assert.equal(answered, received);
});
