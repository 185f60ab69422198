/** Tokens cannot be guessed at a rate, and a stolen cookie is worthless after the sign-out. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertProblem, BEARER, cookieOf, TOKEN } from '../fixtures/any-server.ts';
import { file } from '../fixtures/file-scope.ts';
import { ServerHere } from '../fixtures/server-here.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const folder = temporaryFolder(file);
const server = await ServerHere.start(file, folder, '--tracker', 'simple');

function from(address: string, headers: Record<string, string> = {}) {
  return { 'x-forwarded-for': address, ...headers };
}

test('a client that sends wrong tokens is refused, logged and counted, and others are not affected', async () => {
  const attacker = '203.0.113.66';
  const reports = { name: 'reports', scope: 'read', sites: ['a.example'] };
  const made = await server.post('/api/v1/tokens', reports, BEARER);
  const bound = { authorization: `Bearer ${(JSON.parse(made.text) as { token: string }).token}` };
  const statuses: number[] = [];
  for (let i = 0; i < 50; i++) {
    const guess = { authorization: `Bearer guess-${i}` };
    const path = ['/api/v1/live', '/api/v1/tokens', '/api/v1/hits'][i % 3]!;
    const method = i % 3 === 2 ? 'POST' : 'GET';
    statuses.push((await server.send(path, { method, headers: from(attacker, guess) })).status);
  }
  assert.deepEqual([...new Set(statuses.slice(0, 20))], [401]);
  // A slow machine may forgive one meanwhile.
  assert.ok(statuses.slice(20).filter((status) => status === 429).length >= 20, statuses.join());
  // The answer does not tell which one is right.
  const right = await server.send('/api/v1/live', { headers: from(attacker, BEARER) });
  assertProblem(right, 429, 'rate_limited');
  assert.match(String(right.headers['retry-after']), /^[1-9]/);
  for (const path of ['/api/v1/live?site=b.example', '/api/v1/tokens'])
    assertProblem(await server.send(path, { headers: from(attacker, bound) }), 429, 'rate_limited');
  assertProblem(await server.post('/api/v1/session', { token: TOKEN }, from(attacker)), 429, 'rate_limited');
  assertProblem(
    await server.send(`/dashboard?token=${TOKEN}`, { headers: from(attacker) }),
    429,
    'rate_limited',
  );
  assert.equal((await server.send('/api/v1/live', { headers: from('203.0.113.67', BEARER) })).status, 200);
  const warnings = server.stderr.split('\n').filter((line) => line.includes('a wrong token'));
  assert.equal(warnings.length, 1, 'one line a minute');
  assert.match(warnings[0]!, /203\.0\.113\.66/);
  assert.doesNotMatch(server.stderr, /guess-/);
  const { text } = await server.send('/metrics', { headers: BEARER });
  const [, wrong] = /^hit_tracker_wrong_tokens_total (\d+)$/m.exec(text) ?? [];
  assert.equal(Number(wrong), statuses.filter((status) => status === 401).length);
});

test('a signed-in browser at the address of an attacker is not affected', async () => {
  const address = '203.0.113.68';
  const cookie = cookieOf(await server.post('/api/v1/session', { token: TOKEN }, from(address)));
  for (let i = 0; i < 30; i++)
    await server.send('/api/v1/live', { headers: from(address, { authorization: 'Bearer wrong' }) });
  assert.equal((await server.send('/api/v1/live', { headers: from(address, { cookie }) })).status, 200);
});

test('the cookie of a session that ended is refused, even after a restart', async (t) => {
  const signIn = async () => cookieOf(await server.post('/api/v1/session', { token: TOKEN }));
  const [stolen, other, kept] = [await signIn(), await signIn(), await signIn()];
  const reads = async (to: ServerHere, cookie: string) =>
    (await to.send('/api/v1/live', { headers: { cookie } })).status;
  assert.equal(await reads(server, stolen), 200);
  const headers = { cookie: stolen, 'sec-fetch-site': 'same-origin' };
  assert.equal((await server.send('/api/v1/session', { method: 'DELETE', headers })).status, 204);
  assert.equal(await reads(server, stolen), 401);
  const id = /^hit_admin=(\w+)/.exec(other)![1];
  const { sessions } = await server.ask<{ sessions: { id: string }[] }>('/api/v1/sessions');
  assert.ok(sessions.some((each) => each.id === id));
  const end = () => server.send(`/api/v1/sessions/${id}`, { method: 'DELETE', headers: BEARER });
  assert.equal((await end()).status, 204);
  assertProblem(await end(), 404, 'not_found');
  assertProblem(await server.send('/api/v1/sessions'), 401, 'unauthorized');
  await server[Symbol.asyncDispose]();
  const again = await ServerHere.start(t, folder, '--tracker', 'simple');
  assert.deepEqual(
    [await reads(again, stolen), await reads(again, other), await reads(again, kept)],
    [401, 401, 200],
  );
});

test('wrong tokens count where reading needs none, and the answer does not tell which one is right', async (t) => {
  const open = await ServerHere.start(t, temporaryFolder(t), '--tracker', 'simple', '--public');
  t.after(() => open[Symbol.asyncDispose]());
  const guess = (address: string, token: string, path: string) =>
    open.send(path, { headers: from(address, { authorization: `Bearer ${token}` }) });
  for (const [i, path] of ['/api/v1/live', '/api/v1/sketch', '/metrics'].entries()) {
    const address = `203.0.113.${70 + i}`;
    const statuses: number[] = [];
    for (let j = 0; j < 40; j++) statuses.push((await guess(address, `guess-${j}`, path)).status);
    assert.ok(statuses.filter((status) => status === 429).length >= 15, `${path}: ${statuses.join()}`);
    assertProblem(await guess(address, TOKEN, path), 429, 'rate_limited');
    assert.equal((await open.send(path, { headers: from(address) })).status, 200);
  }
});
