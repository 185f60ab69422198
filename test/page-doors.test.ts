/** The doors of the dashboard: who gets in, with what, and who does not. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { refreshDashboard } from '../scripts/dashboard.ts';
import { assertProblem, BEARER, cookieOf, TOKEN } from './fixtures/running-server.ts';
import { sharedServer } from './fixtures/shared-server.ts';

await refreshDashboard();
const server = await sharedServer();

const JSON_TYPE = { 'content-type': 'application/json' };
const OWN_PAGE = { 'sec-fetch-site': 'same-origin' };

test('the printed link signs a browser in, leaves the address, and keeps what else is there', async () => {
  const answer = await server.send(`/dashboard?token=${TOKEN}&period=day&filter=a%3D1&filter=b%3D2`);
  assert.equal(answer.status, 303);
  assert.equal(answer.headers.location, '/dashboard?period=day&filter=a%3D1&filter=b%3D2');
  assert.equal(answer.headers['referrer-policy'], 'no-referrer');
  assert.match(answer.headers['set-cookie']?.[0] ?? '', /; HttpOnly; SameSite=Strict$/);
  const cookie = cookieOf(answer);
  assert.ok(!cookie.includes(TOKEN));
  const session = await server.send('/api/v1/session', { headers: { cookie } });
  assert.deepEqual(JSON.parse(session.text), { reader: true, admin: true, public: false });
  assert.equal((await server.send('/api/v1/sites', { headers: { cookie } })).status, 200);
});

test('a wrong token, several, and a forged cookie open nothing', async () => {
  for (const query of ['token=wrong', `token=${TOKEN}&token=${TOKEN}`]) {
    const answer = await server.send(`/dashboard?${query}`);
    assert.equal(answer.status, 303);
    assert.equal(answer.headers['set-cookie'], undefined);
  }
  for (const cookie of [`hit_admin=${TOKEN}`, `hit_admin=9999999999.${'A'.repeat(43)}`]) {
    assertProblem(await server.send('/api/v1/sites', { headers: { cookie } }), 401, 'unauthorized');
  }
});

test('a query cannot send a browser elsewhere, or break the answer', async () => {
  const answer = await server.send('/dashboard?token=x&%0d%0alocation:%20https://x.example=1&//x.example=');
  assert.match(answer.headers.location ?? '', /^\/dashboard\?/);
  assert.doesNotMatch(answer.headers.location ?? '', /[\r\n]/);
});

test('signing in needs the token from a page of this server, and signing out forgets the cookie', async () => {
  const body = JSON.stringify({ token: TOKEN });
  const send = (headers: Record<string, string>) =>
    server.send('/api/v1/session', { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body });
  assertProblem(await send({ 'sec-fetch-site': 'cross-site' }), 401, 'unauthorized');
  assertProblem(await send({ origin: 'https://x.example' }), 401, 'unauthorized');
  const answer = await send(OWN_PAGE);
  assert.equal(answer.status, 204);
  assert.match(cookieOf(answer), /^hit_admin=\d+\.[\w-]{43}$/);
  const out = await server.send('/api/v1/session', { method: 'DELETE', headers: OWN_PAGE });
  assert.match(out.headers['set-cookie']?.[0] ?? '', /^hit_admin=; Path=\/; Max-Age=0/);
});

test('a page of another site cannot use the cookie to change something', async () => {
  const cookie = cookieOf(await server.send(`/dashboard?token=${TOKEN}`));
  const hits = [{ site: 'a.example', path: '/' }];
  const headers = { cookie, 'sec-fetch-site': 'cross-site' };
  assertProblem(await server.post('/api/v1/hits', hits, headers), 401, 'unauthorized');
  assert.equal((await server.post('/api/v1/hits', hits, { cookie, ...OWN_PAGE })).status, 202);
});

test('who tries many tokens has to wait', async () => {
  const body = JSON.stringify({ token: 'guess' });
  const tries = Array.from({ length: 8 }, () =>
    server.send('/api/v1/session', { method: 'POST', headers: { ...JSON_TYPE, ...OWN_PAGE }, body }),
  );
  const statuses = (await Promise.all(tries)).map(({ status }) => status);
  assert.ok(statuses.includes(429), String(statuses));
});

test('the page comes small, with a strict policy, and its files may be kept for ever', async () => {
  const page = await server.send('/dashboard', { headers: { 'accept-encoding': 'gzip, br' } });
  assert.equal(page.status, 200);
  assert.equal(page.headers['content-encoding'], 'br');
  assert.match(page.headers['content-security-policy'] as string, /default-src 'none'; script-src 'self'/);
  const { text } = await server.send('/dashboard/settings');
  const [, script = ''] = /src="([^"]+\.js)"/.exec(text) ?? [];
  const file = await server.send(script);
  assert.equal(file.headers['cache-control'], 'public, max-age=31536000, immutable');
  const again = await server.send(script, { headers: { 'if-none-match': file.headers.etag! } });
  assert.equal(again.status, 304);
});

test('no path leads out of the files of the page', async () => {
  for (const path of ['../../package.json', '..%2f..%2fpackage.json', '%2e%2e/index.html', 'nothing.js']) {
    assertProblem(await server.send(`/dashboard/assets/${path}`), 404, 'not_found');
  }
});

test('events are for readers, say at once what is wrong, and end when the server closes', async () => {
  assertProblem(await server.send('/api/v1/live/events'), 401, 'unauthorized');
  assertProblem(await server.send('/api/v1/live/events?window=x', { headers: BEARER }), 400, 'invalid');
  const request = get({
    port: server.port,
    path: '/api/v1/live/events?window=10s',
    headers: BEARER,
    agent: false,
  });
  const [response]: IncomingMessage[] = await once(request, 'response');
  assert.match(response!.headers['content-type'] ?? '', /^text\/event-stream/);
  let text = '';
  response!.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  while (text.split('event: live\n').length < 4) await once(response!, 'data');
  const [, data = ''] = /data: (.*)\n/.exec(text) ?? [];
  assert.equal((JSON.parse(data) as { windows: { window: string }[] }).windows[0]?.window, '10s');
  request.destroy();
});
