import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fastify from 'fastify';
import { FIREFOX } from '../../test/fixtures/any-server.ts';
import { statusesOf } from '../../test/fixtures/app-requests.ts';
import { openTracker } from '../../test/fixtures/embedded-store.ts';
import { placeEmptyStore } from '../../test/fixtures/empty-store.ts';
import { listening } from '../../test/fixtures/listening.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { contextOf } from '../trackers/input.ts';
import { hitTracker as forFastify } from './fastify.ts';
import { hitTracker } from './node.ts';

const VISITS = ['203.0.113.7', '203.0.113.8', '203.0.113.7'].map((client) => ({
  method: 'GET',
  path: '/a',
  headers: { host: 'a.com', 'user-agent': FIREFOX, 'x-forwarded-for': client },
}));

describe('the trackers that a middleware makes', { timeout: scaledTimeout(60_000) }, () => {
  test('count alike, from the first request on, and are closed with it', async (t) => {
    const dataDir = temporaryFolder(t);
    placeEmptyStore(join(dataDir, 'store'));
    const hits = hitTracker({ simple: {}, rate: { columns: 1024 }, db: { dataDir } });
    const server = createServer((_request, response) => response.end()).on('request', hits);
    const { port, stop } = await listening(server);
    await statusesOf(port, VISITS);
    await stop();
    const db = await hits.db;
    await hits[Symbol.asyncDispose]();
    await assert.rejects(db.track({ visitor: 'late' }));
    assert.deepEqual([hits.simple.total, hits.simple.unique], [3, 2]);
    assert.equal(hits.rate.rate({ seconds: 3600 }).hits, 3);
    assert.equal(hits.lost, 0);
    const reopened = await openTracker(t, { dataDir });
    assert.deepEqual((await reopened.stats({ site: 'a.com' })).totals, { hits: 3, visitors: 2 });
  });

  test('are closed with an application of Fastify', async (t) => {
    const dataDir = temporaryFolder(t);
    placeEmptyStore(join(dataDir, 'store'));
    const app = fastify();
    const hits = forFastify({ db: { dataDir } });
    app.register(hits);
    app.get('/a', async () => 'a');
    await app.listen({ port: 0, host: '127.0.0.1' });
    await statusesOf((app.server.address() as AddressInfo).port, VISITS);
    await app.close();
    const reopened = await openTracker(t, { dataDir });
    assert.equal((await reopened.stats()).totals.hits, 3);
  });

  test('may fail to open: the application answers, the error is reported, and the hits are lost', async (t) => {
    const errors: unknown[] = [];
    const store = 'clickhouse://127.0.0.1:1/default';
    const hits = hitTracker(
      { simple: {}, db: { dataDir: temporaryFolder(t), store } },
      { onError: (error) => errors.push(error) },
    );
    const server = createServer((_request, response) => response.end()).on('request', hits);
    const { port, stop } = await listening(server);
    assert.deepEqual(await statusesOf(port, VISITS), [200, 200, 200]);
    await stop();
    await hits.close();
    assert.deepEqual([hits.simple.total, hits.lost, errors.length], [3, 3, 1]);
    await assert.rejects(hits.db, { code: 'store_unavailable' });
  });
});

test('a middleware counts requests of HTTP/2, by their host', async () => {
  const hosts: string[] = [];
  const hits = hitTracker([{ track: (input) => hosts.push(contextOf(input, 0).host) }]);
  const server = createHttp2Server((_request, response) => void response.end()).on('request', hits);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const stream = session.request({ ':path': '/a', ':authority': 'a.com' });
  stream.resume();
  await once(stream, 'end');
  session.close();
  server.close();
  await hits.close();
  assert.deepEqual(hosts, ['a.com']);
});

describe('a middleware', () => {
  for (const [given, message] of [
    [undefined, /needs a tracker, a list of trackers, or settings/],
    [[], /needs a tracker/],
    [{}, /needs a tracker/],
    [['simple'], /needs a tracker/],
    [{ simpel: {} }, /tracker "simpel" is unknown: did you mean "simple"\?/],
    [{ simple: true }, /simple must be the options of a tracker/],
    [{ simple: { count: { bot: true } } }, /count "bot" is unknown: did you mean "bots"\?/],
  ] as const)
    test(`refuses ${JSON.stringify(given)} as trackers`, () => {
      assert.throws(() => hitTracker(given as never), { name: 'HitError', code: 'invalid', message });
    });

  test('refuses misspelt and invalid options', () => {
    const tracker = { track: () => undefined };
    for (const [options, message] of [
      [{ onEror: () => undefined }, /option "onEror" is unknown: did you mean "onError"\?/],
      [{ onError: 'log' }, /onError must be a function/],
      [{ clientAddress: true }, /clientAddress must be a function/],
      [{ closeTimeout: -1 }, /closeTimeout must be a number of milliseconds/],
      [null, /must be an object/],
    ] as const)
      assert.throws(() => hitTracker(tracker, options as never), { code: 'invalid', message });
  });

  test('loses a hit, and answers, if the application cannot say the client', async () => {
    const errors: unknown[] = [];
    let counted = 0;
    const hits = hitTracker({ track: () => counted++ } as { track(): unknown }, {
      clientAddress: () => {
        throw new Error('no client');
      },
      onError: (error) => errors.push(error),
    });
    const server = createServer((_request, response) => response.end()).on('request', hits);
    const { port, stop } = await listening(server);
    assert.deepEqual(await statusesOf(port, VISITS), [200, 200, 200]);
    await stop();
    await hits.close();
    assert.deepEqual([counted, hits.lost], [0, 3]);
    assert.deepEqual(errors.map(String), ['Error: no client']);
  });
});
