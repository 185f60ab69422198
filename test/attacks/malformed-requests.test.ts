/** What an honest client never sends is refused as invalid, with an answer. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { assertProblem, BEARER, cookieOf, TOKEN } from '../fixtures/any-server.ts';
import { sharedServerHere } from '../fixtures/shared-server.ts';

const server = await sharedServerHere();

describe('a request', () => {
  it('with several Host headers is refused, and its connection closed', async () => {
    for (const [path, first, second] of [
      ['/', 'host: a.example', 'Host: b.example'],
      ['/hit.gif?site=a.example', 'HOST: a.example', 'host: a.example'],
      ['/healthz', 'host: a.example', 'host: '],
    ]) {
      const said = await server.raw(`GET ${path} HTTP/1.1\r\n${first}\r\n${second}\r\n\r\n`);
      assert.match(said, /^HTTP\/1\.1 400 .+several Host headers/s);
    }
    assert.equal((await server.ask<{ sites: object[] }>('/api/v1/sites')).sites.length, 0);
  });

  it('without a Host header is refused', async () => {
    assert.match(await server.raw('GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n'), /^HTTP\/1\.1 400 /);
  });

  it('for a tunnel gets an answer', async () => {
    const said = await server.raw('CONNECT example.com:443 HTTP/1.1\r\nhost: example.com\r\n\r\n');
    assert.match(said, /^HTTP\/1\.1 400 .+not a proxy/s);
  });
});

it('a batch that is too large is refused, and what its sender requests after it is answered', async () => {
  const size = 17 * 1024 * 1024;
  const headers = [
    ...['host: a.example', 'content-type: application/x-ndjson', `content-length: ${size}`],
    `authorization: ${BEARER.authorization}`,
  ];
  const said = await server.raw(
    `POST /api/v1/hits HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n${' '.repeat(size)}` +
      'GET /healthz HTTP/1.1\r\nhost: a.example\r\nconnection: close\r\n\r\n',
  );
  const statuses = Array.from(said.matchAll(/HTTP\/1\.1 (\d+)/g), ([, status]) => Number(status));
  assert.deepEqual(statuses, [413, 200]);
});

describe('a report of a page', () => {
  it('that names no page, and has no Referer, is refused', async () => {
    const { detail } = assertProblem(await server.post('/hit', { site: 'a.example' }), 400, 'invalid');
    assert.match(detail, /path or url/);
    assertProblem(await server.post('/hit', { site: 'a.example', path: '', url: '' }), 400, 'invalid');
    for (const [hit, headers] of [
      [{ site: 'a.example', path: '/' }, {}],
      [{ url: 'https://a.example/x' }, {}],
      [{ site: 'a.example' }, { referer: 'https://a.example/y' }],
    ] as const)
      assert.equal((await server.post('/hit', hit, headers)).status, 202);
  });
});

describe('a query', () => {
  it('with a control character, or text that is not UTF-8, is refused', async () => {
    for (const path of [
      'top?by=prop:%00',
      'top?by=prop:a%1bb',
      'top?by=prop:%ED%A0%80',
      'stats?filter=path=%FF',
      'stats?path=%ED%A0%80',
      'stats?site=%C3',
      'live?site=%FF',
      'stats?filter=path=/100%',
    ])
      assertProblem(await server.send(`/api/v1/${path}`, { headers: BEARER }), 400, 'invalid');
    for (const path of ['top?by=prop:caf%C3%A9', 'stats?filter=path=/100%25', 'stats?path=/a+b'])
      assert.equal((await server.send(`/api/v1/${path}`, { headers: BEARER })).status, 200, path);
  });

  it('with half a character in its JSON is refused', async () => {
    for (const dimensions of ['["prop:\\ud800"]', '["prop:\\u0000"]'])
      assertProblem(
        await server.post(
          '/api/v1/query',
          `{"period":"7d","metrics":["hits"],"dimensions":${dimensions}}`,
          BEARER,
        ),
        400,
        'invalid',
      );
    const filters = '[["is","page",["/\\udc00"]]]';
    assertProblem(
      await server.post('/api/v1/query', `{"period":"7d","metrics":["hits"],"filters":${filters}}`, BEARER),
      400,
      'invalid',
    );
  });
});

it('a page of another site cannot sign a browser out', async () => {
  const cookie = cookieOf(await server.post('/api/v1/session', { token: TOKEN }));
  const signOut = (headers: Record<string, string>) =>
    server.send('/api/v1/session', { method: 'DELETE', headers: { cookie, ...headers } });
  for (const headers of [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: 'https://evil.example' },
    { origin: 'https://evil.example' },
  ]) {
    const answer = await signOut(headers);
    assertProblem(answer, 403, 'forbidden');
    assert.equal(answer.headers['set-cookie'], undefined);
  }
  assert.equal((await signOut({ 'sec-fetch-site': 'same-origin' })).status, 204);
  assert.equal((await signOut({ origin: `http://127.0.0.1:${server.port}` })).status, 204);
});

it('a connection of an address without many others is answered', async () => {
  const idle = Array.from({ length: 100 }, () => server.connect(''));
  await Promise.all(idle.map((socket) => once(socket, 'connect')));
  assert.equal((await server.send('/healthz')).status, 200);
  for (const socket of idle) socket.destroy();
});
