/** Tokens of programs, and what a server tells of its settings. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertProblem, BEARER, TOKEN } from './fixtures/running-server.ts';
import { sharedServer } from './fixtures/shared-server.ts';

const server = await sharedServer();

interface Made {
  readonly id: string;
  readonly token: string;
}

async function make(name: string, scope: string): Promise<Made & { headers: { authorization: string } }> {
  const { status, text } = await server.post('/api/v1/tokens', { name, scope }, BEARER);
  assert.equal(status, 201, text);
  const made = JSON.parse(text) as Made;
  return { ...made, headers: { authorization: `Bearer ${made.token}` } };
}

const HITS = [{ site: 'tokens.example', path: '/' }];

test('a token that reads answers questions, sends nothing, exports nothing, and makes no tokens', async () => {
  const { headers } = await make('reports', 'read');
  assert.equal((await server.send('/api/v1/stats', { headers })).status, 200);
  assert.equal((await server.send('/api/v1/live', { headers })).status, 200);
  for (const path of ['/api/v1/export', '/api/v1/tokens', '/api/v1/settings']) {
    assertProblem(await server.send(path, { headers }), 401, 'unauthorized');
  }
  assertProblem(await server.post('/api/v1/hits', HITS, headers), 401, 'unauthorized');
  assertProblem(
    await server.post('/api/v1/tokens', { name: 'a', scope: 'write' }, headers),
    401,
    'unauthorized',
  );
});

test('a token that writes sends hits, and reads nothing', async () => {
  const { headers } = await make('server', 'write');
  assert.equal((await server.post('/api/v1/hits', HITS, headers)).status, 202);
  assertProblem(await server.send('/api/v1/stats', { headers }), 401, 'unauthorized');
});

test('a token is shown once, and opens nothing when it is revoked', async () => {
  const { id, token, headers } = await make('gone', 'read');
  const listed = await server.send('/api/v1/tokens', { headers: BEARER });
  assert.ok(listed.text.includes(id) && !listed.text.includes(token));
  const remove = () => server.send(`/api/v1/tokens/${id}`, { method: 'DELETE', headers: BEARER });
  assert.equal((await remove()).status, 204);
  assertProblem(await server.send('/api/v1/stats', { headers }), 401, 'unauthorized');
  assertProblem(await remove(), 404, 'not_found');
});

test('what is no name or scope is refused', async () => {
  for (const body of [
    {},
    { name: '', scope: 'read' },
    { name: 'a', scope: 'admin' },
    { name: 5, scope: 'read' },
    'null',
    '[]',
  ]) {
    assertProblem(await server.post('/api/v1/tokens', body, BEARER), 400, 'invalid');
  }
});

test('settings tell how the server is set and is, and no secret', async () => {
  const { text } = await server.send('/api/v1/settings', { headers: BEARER });
  assert.ok(!text.includes(TOKEN));
  const {
    salts,
    spool,
    uptime_seconds: uptime,
    version,
    ...rest
  } = JSON.parse(text) as Record<string, unknown>;
  assert.equal((spool as { max: number }).max, 2 ** 30);
  assert.ok(typeof uptime === 'number' && uptime >= 0);
  assert.match(String(version), /^\d+\.\d+\.\d+/);
  assert.ok((salts as { day: string }[]).every(({ day }) => /^\d{4}-\d\d-\d\d$/.test(day)));
  assert.deepEqual(rest, {
    ...{ trackers: ['simple', 'rate', 'db'], store: 'embedded', identity: 'cookie', durability: 'disk' },
    ...{ trust_proxy: 'loopback', rate_limit: '100/s', live: 'memory', peers: 0 },
    retention: { hits: [{ site: null, age: '400d' }], rollups: [{ site: null, age: 'forever' }] },
    ready: { status: 'ready', backlog: 0 },
  });
});
