/** The server's routes for the page, and what they refuse to others. */

import assert from 'node:assert/strict';
import type { OutgoingHttpHeaders } from 'node:http';
import { describe, it, test } from 'node:test';
import { type AnyServer, assertProblem, BEARER, cookieOf, TOKEN } from './fixtures/any-server.ts';
import { eventsOf } from './fixtures/live-events.ts';
import { RunningServer } from './fixtures/running-server.ts';
import { scaledTimeout } from './fixtures/scaled-timeout.ts';
import { sharedServerHere } from './fixtures/shared-server.ts';
import { temporaryFolder } from './fixtures/temporary.ts';

const server = await sharedServerHere();
const SAME = { 'sec-fetch-site': 'same-origin' };
const JSON_TYPE = { 'content-type': 'application/json' };

/** Signs in by the printed link. @returns the cookie */
async function signIn(): Promise<string> {
  return cookieOf(await server.send(`/dashboard?token=${TOKEN}`));
}

async function makeToken(scope: string, on: AnyServer = server) {
  const answer = await on.post('/api/v1/tokens', { name: `for ${scope}`, scope }, BEARER);
  assert.equal(answer.status, 201, answer.text);
  const { id, token } = JSON.parse(answer.text) as { id: string; token: string };
  return { id, headers: { authorization: `Bearer ${token}` } };
}

describe('the printed link', () => {
  it('is printed, and signs the browser in', async () => {
    assert.match(
      server.stderr,
      new RegExp(`Dashboard: +http://127.0.0.1:${server.port}/dashboard\\?token=${TOKEN}`),
    );
    const answer = await server.send(`/dashboard?token=${TOKEN}&period=7d&token=x`);
    assert.deepEqual([answer.status, answer.headers.location], [303, '/dashboard?period=7d']);
    assert.equal(answer.headers['referrer-policy'], 'no-referrer');
    assert.equal(answer.headers['cache-control'], 'no-store');
    const cookie = cookieOf(answer);
    assert.ok(!cookie.includes(TOKEN));
    assert.equal((await server.send('/api/v1/live', { headers: { cookie } })).status, 200);
  });

  it('with another token signs nobody in', async () => {
    for (const path of [
      '/dashboard?token=',
      `/dashboard?token=${TOKEN}x`,
      '/dashboard/settings?token=%0d%0aa:b',
    ]) {
      const answer = await server.send(path);
      assert.deepEqual([answer.status, answer.headers['set-cookie']], [303, undefined]);
      assert.equal(answer.headers.location, path.split('?')[0]);
    }
  });
});

describe('a session', () => {
  const stateOf = async (headers = {}) =>
    JSON.parse((await server.send('/api/v1/session', { headers })).text);

  it('reports what the browser may do', async () => {
    assert.deepEqual(await stateOf(), { reader: false, admin: false, public: false });
    const cookie = await signIn();
    assert.deepEqual(await stateOf({ cookie }), { reader: true, admin: true, public: false });
    assert.deepEqual(await stateOf({ cookie: `hit_admin=${TOKEN}` }), {
      ...{ reader: false, admin: false, public: false },
    });
  });

  it('is started with the token and can be ended', async () => {
    const good = await server.post('/api/v1/session', { token: TOKEN });
    assert.equal(good.status, 204);
    assert.deepEqual(await stateOf({ cookie: cookieOf(good) }), { reader: true, admin: true, public: false });
    const overTls = await server.post('/api/v1/session', { token: TOKEN }, { 'x-forwarded-proto': 'https' });
    assert.match(String(overTls.headers['set-cookie']), /; Secure/);
    assertProblem(await server.post('/api/v1/session', { token: `${TOKEN} ` }), 401, 'unauthorized');
    for (const body of [{}, [], { token: 7 }, '"x"', 'null']) {
      assertProblem(await server.post('/api/v1/session', body), 400, 'invalid');
    }
    const ended = await server.send('/api/v1/session', { method: 'DELETE' });
    assert.match(String(ended.headers['set-cookie']), /^hit_admin=; .*Max-Age=0/);
  });

  it('does not let pages of other sites change anything', async () => {
    const cookie = await signIn();
    const change = (headers: OutgoingHttpHeaders) =>
      server.send('/api/v1/sites/a.example', {
        ...{ method: 'PUT', body: '{"public":false}', headers: { ...JSON_TYPE, cookie, ...headers } },
      });
    for (const headers of [
      {},
      { 'sec-fetch-site': 'cross-site', origin: `http://127.0.0.1:${server.port}` },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'http://evil.example' },
      { origin: 'null' },
      { origin: `http://127.0.0.1:${server.port + 1}` },
    ]) {
      assertProblem(await change(headers), 403, 'forbidden');
    }
    for (const headers of [SAME, { origin: `http://127.0.0.1:${server.port}` }]) {
      assert.equal((await change(headers)).status, 200);
    }
  });
});

describe('the page', () => {
  it('has a strict security policy, or says how to build it', async () => {
    const answer = await server.send('/dashboard');
    if (answer.status === 503) {
      assert.match(answer.text, /npm run build:dashboard/);
      return;
    }
    assert.equal(answer.status, 200);
    assert.match(
      String(answer.headers['content-security-policy']),
      /^default-src 'none'; script-src 'self';/,
    );
    assert.equal(answer.headers['cache-control'], 'no-cache');
    const [, script] = /src="(\/dashboard\/assets\/[\w.-]+\.js)"/.exec(answer.text)!;
    const file = await server.send(script!, { headers: { 'accept-encoding': 'br' } });
    assert.equal(file.headers['content-encoding'], 'br');
    assert.match(file.headers['cache-control'] ?? '', /immutable/);
  });

  it('serves no files but its own', async () => {
    for (const path of ['..%2f..%2fpackage.json', '%2e%2e%2findex.html', 'no.js', '..\\x']) {
      assertProblem(await server.send(`/dashboard/assets/${path}`), 404, 'not_found');
    }
  });
});

describe('API tokens', () => {
  it('give access to their scope, and nothing else', async () => {
    const [read, write] = [await makeToken('read'), await makeToken('write')];
    const statuses = async (headers: OutgoingHttpHeaders) => [
      (await server.send('/api/v1/live', { headers })).status,
      (await server.send('/api/v1/stats', { headers })).status,
      (await server.post('/api/v1/hits', [{ site: 'tokens.example', path: '/' }], headers)).status,
      (await server.send('/api/v1/tokens', { headers })).status,
      (await server.send('/api/v1/settings', { headers })).status,
      (await server.send('/api/v1/export', { headers })).status,
    ];
    assert.deepEqual(await statuses(BEARER), [200, 200, 202, 200, 200, 200]);
    assert.deepEqual(await statuses(read.headers), [200, 200, 401, 401, 401, 401]);
    assert.deepEqual(await statuses(write.headers), [401, 401, 202, 401, 401, 401]);
    const gone = await server.send(`/api/v1/tokens/${read.id}`, { method: 'DELETE', headers: BEARER });
    assert.equal(gone.status, 204);
    assert.deepEqual(await statuses(read.headers), [401, 401, 401, 401, 401, 401]);
    const again = await server.send(`/api/v1/tokens/${read.id}`, { method: 'DELETE', headers: BEARER });
    assertProblem(again, 404, 'not_found');
  });

  it('are listed without being revealed', async () => {
    const { headers } = await makeToken('read');
    const { text } = await server.send('/api/v1/tokens', { headers: BEARER });
    assert.ok(!text.includes(headers.authorization.slice(-20)));
    for (const body of [
      { name: 'x', scope: 'admin' },
      { scope: 'read' },
      { name: '', scope: 'read' },
      '[]',
      '7',
    ]) {
      assertProblem(await server.post('/api/v1/tokens', body, BEARER), 400, 'invalid');
    }
  });
});

/** Day → whether its salt is shared with other nodes. */
function originsOf(salts: readonly { day: string; origin: string }[]): Record<string, string> {
  return Object.fromEntries(salts.map(({ day, origin }) => [day, origin]));
}

test('the settings show the server’s configuration, and no secret', async () => {
  const { text } = await server.send('/api/v1/settings', { headers: BEARER });
  const settings = JSON.parse(text);
  assert.ok(!text.includes(TOKEN));
  const { version, salts, uptime_seconds: _, ...rest } = settings;
  assert.match(version, /^\d+\.\d+\.\d+/);
  assert.ok(salts.length <= 3 && salts.every(({ day }: { day: string }) => /^\d{4}-\d\d-\d\d$/.test(day)));
  assert.deepEqual(rest, {
    ...{
      trackers: ['simple', 'rate', 'db'],
      store: 'embedded',
      live: 'memory',
      identity: 'cookie',
      peers: 0,
    },
    ...{ durability: 'disk', trust_proxy: 'loopback', rate_limit: '100/s' },
    retention: {
      hits: [{ site: null, age: 'forever' }],
      rollups: [{ site: null, age: 'forever' }],
      visits: [{ site: null, age: 'forever' }],
      exceptions: [],
    },
    spool: { bytes: rest.spool.bytes, max: 2 ** 30 },
    ready: {
      ...{ status: 'ready', components: { spool: 'up', store: 'up', rollups: 'up' } },
      ...{ backlog: rest.ready.backlog, salts: originsOf(salts) },
    },
  });
});

test('a site can be marked as public, and is listed so', async () => {
  await server.send('/hit.gif?site=public.example&path=/');
  const mark = (site: string, body: unknown) =>
    server.send(`/api/v1/sites/${site}`, {
      ...{ method: 'PUT', headers: { ...BEARER, ...JSON_TYPE }, body: JSON.stringify(body) },
    });
  const isPublic = async () => {
    const { sites } = await server.ask<{ sites: { site: string; public: boolean }[] }>('/api/v1/sites');
    return sites.find(({ site }) => site === 'public.example')?.public;
  };
  assert.equal(await isPublic(), false);
  assert.equal((await mark('Public.Example', { public: true })).status, 200);
  assert.equal(await isPublic(), true);
  for (const [site, body] of [
    ['a%20b', { public: true }],
    ['a.example', { public: 'yes' }],
    ['a.example', []],
  ] as const) {
    assertProblem(await mark(site, body), 400, 'invalid');
  }
  assertProblem(
    await server.send('/api/v1/sites/a.example', {
      method: 'PUT',
      headers: JSON_TYPE,
      body: '{"public":true}',
    }),
    401,
    'unauthorized',
  );
});

describe('live count events', { timeout: scaledTimeout(30_000) }, () => {
  it('arrive every second, with the current counts', async () => {
    const path = '/api/v1/live/events?site=events.example&window=1h';
    let hits = 0;
    for await (const { site, windows } of eventsOf(server.port, path)) {
      assert.equal(site, 'events.example');
      assert.equal(windows[0]!.hits, hits);
      if (hits === 2) break;
      await server.send('/hit.gif?site=events.example&path=/');
      hits++;
    }
    assert.equal(hits, 2);
  });

  it('are refused like any query', async () => {
    assertProblem(await server.send('/api/v1/live/events'), 401, 'unauthorized');
    assertProblem(await server.send('/api/v1/live/events?window=x', { headers: BEARER }), 400, 'invalid');
  });

  it('answer HEAD at once', { timeout: scaledTimeout(10_000) }, async () => {
    const { status, headers } = await server.send('/api/v1/live/events', { method: 'HEAD', headers: BEARER });
    assert.deepEqual([status, headers['content-type']], [200, 'text/event-stream']);
  });

  it('go to at most twenty readers of a token, and end for one whose token is revoked', async () => {
    const path = '/api/v1/live/events';
    const { id, headers } = await makeToken('read');
    const readers = Array.from({ length: 20 }, () => eventsOf(server.port, path, headers));
    await Promise.all(readers.map((reader) => reader.next()));
    assertProblem(await server.send(path, { headers }), 503, 'overloaded');
    await server.send(`/api/v1/tokens/${id}`, { method: 'DELETE', headers: BEARER });
    // A last event may be in flight.
    for (const reader of readers) while (!(await reader.next()).done);
    for await (const event of eventsOf(server.port, path)) {
      assert.equal(event.site, null);
      break;
    }
  });
});

test('events and tokens work with collector threads, and a server disconnects its readers when it stops', {
  timeout: scaledTimeout(60_000),
}, async (t) => {
  await using threads = await RunningServer.start(
    temporaryFolder(t),
    '--threads',
    '2',
    '--tracker',
    'simple,rate',
  );
  const { headers } = await makeToken('write', threads);
  const sent = await threads.post('/api/v1/hits', [{ site: 'a.example', path: '/' }], headers);
  assert.deepEqual([sent.status, JSON.parse(sent.text).accepted], [202, 1]);
  // They close the connection after each answer, which the main thread sends before the whole request has arrived.
  const refused = () => threads.post('/api/v1/hits', [], { authorization: 'Bearer no' });
  for (let i = 0; i < 20; i++) assertProblem(await refused(), 401, 'unauthorized');
  const reader = eventsOf(threads.port, '/api/v1/live/events?site=a.example');
  assert.equal((await reader.next()).value!.total.hits, 1);
  const ending = threads.stop();
  // Clients that stay connected are cut off after two seconds, without an end of the stream.
  while (!(await reader.next()).done);
  assert.equal((await ending).code, 0);
});
