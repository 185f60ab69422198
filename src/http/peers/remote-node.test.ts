import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createNetServer, type Server, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { scaledTimeout } from '../../../test/fixtures/scaled-timeout.ts';
import { HitError } from '../../errors.ts';
import { MemoryLive } from '../../live/memory.ts';
import { encodeSnapshot, SKETCH_TYPE } from '../../live/snapshot.ts';
import { RemoteNode, type SketchQuery } from './remote-node.ts';

const QUERY: SketchQuery = { site: undefined, timeout: 5000, mostBytes: 1_000_000 };
const NOW = Date.UTC(2026, 10, 24, 12);

const live = new MemoryLive({ expectedVisitors: 1000, rate: true, now: () => NOW });
live.track({ site: 'a.com', time: NOW, visitorHigh: 7, visitorLow: 7 });

function snapshotFor(site: string | undefined): Buffer {
  const keys = { key: '0123456789abcdef' };
  return Buffer.from(encodeSnapshot({ site, at: NOW, node: 'x', keys, state: live.stateOf(site) }));
}

async function urlOf(t: TestContext, server: Server, close: () => void): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server with arbitrary answers. */
function serverOf(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  return urlOf(t, server, () => server.closeAllConnections());
}

function asked(url: string, query: Partial<SketchQuery> = {}) {
  return new RemoteNode(url, { token: 'a token' }).fetch({ ...QUERY, ...query });
}

describe('a node', { timeout: scaledTimeout(20_000) }, () => {
  test('is queried for its sketches, below its own path, with its token', async (t) => {
    const seen: string[] = [];
    const url = await serverOf(t, (request, response) => {
      seen.push(`${request.url} ${request.headers.authorization}`);
      const site = new URL(request.url!, 'http://x').searchParams.get('site') ?? undefined;
      response.writeHead(200, { 'content-type': SKETCH_TYPE }).end(snapshotFor(site));
    });
    for (const path of ['', '/', '/prefix', '/prefix/', '/api/v1/sketch', '/prefix/api/v1/sketch/']) {
      const { snapshot } = await asked(url + path);
      assert.equal(snapshot.state.total.hits, 1);
    }
    assert.equal((await asked(url, { site: 'a.com' })).snapshot.site, 'a.com');
    const plain = '/api/v1/sketch Bearer a token';
    const below = '/prefix/api/v1/sketch Bearer a token';
    const ofSite = '/api/v1/sketch?site=a.com Bearer a token';
    assert.deepEqual(seen, [plain, plain, below, below, plain, below, ofSite]);
    assert.equal(new RemoteNode(`${url}/prefix/api/v1/sketch`, undefined).name, `${url}/prefix`);
  });

  test('that is not a Hit Tracker, or denies access, is refused with a message of our own', async (t) => {
    const evil = '\u001b[2Jevil';
    const answers: [number, Record<string, string>, string | Buffer, RegExp][] = [
      [200, { 'content-type': 'text/html' }, evil, /does not answer|not that of a Hit Tracker/],
      [200, { 'content-type': SKETCH_TYPE }, evil, /they have another format/],
      [200, { 'content-type': SKETCH_TYPE }, '', /they have another format/],
      [200, { 'content-type': SKETCH_TYPE }, snapshotFor(undefined).subarray(0, 500), /checksum/],
      [200, { 'content-type': SKETCH_TYPE }, snapshotFor('a.com'), /another site/],
      [302, { location: 'http://example.org/' }, evil, /redirects/],
      [401, {}, evil, /refuses the token, or requires one/],
      [429, {}, evil, /refuses all tokens from this address .* too many were wrong: set HIT_TOKEN/],
      [403, {}, evil, /the token does not permit this site, or a query of all sites/],
      [404, {}, evil, /has no sketches/],
      [500, {}, evil, /answered 500/],
    ];
    for (const [status, headers, body, said] of answers) {
      const url = await serverOf(t, (_request, response) => {
        response.writeHead(status, headers).end(body);
      });
      await assert.rejects(
        asked(url),
        (error) =>
          error instanceof HitError &&
          error.code === 'merge_failed' &&
          said.test(error.message) &&
          /^[ -~]+$/.test(error.message),
        String(said),
      );
    }
  });

  test('whose answer does not end is cut off at the size limit', async (t) => {
    let sent = 0;
    const url = await serverOf(t, (_request, response) => {
      response.writeHead(200, { 'content-type': SKETCH_TYPE });
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(50_000))) sent += 50_000;
      };
      response.on('drain', more);
      more();
    });
    await assert.rejects(asked(url), { code: 'merge_failed', message: /larger than 1000000 bytes/ });
    assert.ok(sent < 20_000_000);
  });

  test('that does not answer completely in time is given up', async (t) => {
    for (const begin of [false, true]) {
      const url = await serverOf(t, (_request, response) => {
        if (begin) response.writeHead(200, { 'content-type': SKETCH_TYPE }).write('HTP');
      });
      await assert.rejects(asked(url, { timeout: 200 }), {
        code: 'merge_failed',
        message: 'no answer within 0.2 s',
      });
    }
  });

  test('that hangs up, speaks another protocol or is not there fails with a named error', async (t) => {
    const talk = async (say: (socket: Socket) => void) => {
      const sockets: Socket[] = [];
      const server = createNetServer((socket) => {
        sockets.push(socket.on('error', () => undefined));
        say(socket);
      });
      return urlOf(t, server, () => {
        for (const socket of sockets) socket.destroy();
      });
    };
    await assert.rejects(asked(await talk((socket) => socket.destroy())), {
      message: 'it closed the connection',
    });
    const ssh = await talk((socket) => socket.end('SSH-2.0-OpenSSH\r\n'));
    await assert.rejects(asked(ssh), { code: 'merge_failed', message: /^HPE_\w+$/ });
    const cut = await talk((socket) => {
      socket.end(`HTTP/1.1 200 OK\r\ncontent-type: ${SKETCH_TYPE}\r\ncontent-length: 900\r\n\r\nHTP`);
    });
    await assert.rejects(asked(cut), { message: 'it closed the connection' });
    await assert.rejects(asked('http://127.0.0.1:1'), { message: 'nothing listens there' });
  });

  test('has a URL without secrets, and a refused URL is not repeated', () => {
    for (const url of [
      'http://:hunter2@host:5000',
      'https://hunter2@host',
      'ftp://me:hunter2@host',
      'http://me:hunter2@[',
      'host:5000',
      'http://host/?token=hunter2',
      'http://host/#hunter2',
    ]) {
      assert.throws(
        () => new RemoteNode(url, undefined),
        (error) =>
          error instanceof HitError && error.code === 'bad_usage' && !error.message.includes('hunter2'),
        url,
      );
    }
  });
});
