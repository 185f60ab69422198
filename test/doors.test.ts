/** Whatever arrives over the network, the server says what is wrong with it, and continues. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { afterEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertProblem, BEARER } from './fixtures/any-server.ts';
import { RunningServer } from './fixtures/running-server.ts';
import { sharedServer } from './fixtures/shared-server.ts';
import { temporaryFolder } from './fixtures/temporary.ts';

const server = await sharedServer();
afterEach(async () => {
  assert.equal((await server.send('/healthz')).status, 200);
  assert.equal((await server.send('/', { headers: { host: 'alive.example' } })).status, 200);
});

describe('a request that is too large', () => {
  it('in its body is refused', async () => {
    const body = JSON.stringify({ site: 'a.example', title: 'x'.repeat(2_000_000) });
    assert.match(assertProblem(await server.post('/hit', body), 413, 'too_large').detail, /65536 bytes/);
  });

  it('in its header is refused', async () => {
    const said = await server.raw(
      `GET / HTTP/1.1\r\nhost: a.example\r\nx-big: ${'x'.repeat(100_000)}\r\n\r\n`,
    );
    // Data in flight when the server closes the connection may cost the client the answer.
    assert.match(said, /^(?:$|HTTP\/1\.1 431 .+"code":"too_large")/s);
  });

  it('in its header, up to the limit, gets an answer that says so', async () => {
    const said = await server.raw(`GET / HTTP/1.1\r\nhost: a.example\r\nx-big: ${'x'.repeat(16_400)}`);
    assert.match(said, /^HTTP\/1\.1 431 Request Header Fields Too Large\r\n/);
    assert.match(said, /content-type: application\/problem\+json/);
    assert.match(said, /"code":"too_large"/);
  });

  it('in the number of its parameters is answered', async () => {
    const many = Array.from({ length: 1500 }, (_, index) => `a${index}=1`).join('&');
    assert.equal((await server.send(`/hit.gif?site=a.example&${many}`)).status, 200);
  });

  it('in the depth of its JSON is refused', async () => {
    const body = `{"site":"a.example","path":"/","props":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`;
    assertProblem(await server.post('/hit', body), 413, 'too_large');
    assertProblem(await server.post('/hit', '['.repeat(60_000)), 400, 'invalid');
  });
});

describe('a request with hostile text in it', () => {
  it('is not repeated by the page of an address that does not exist', async () => {
    const accept = { headers: { accept: 'text/html,*/*;q=0.8' } };
    const pages = [];
    for (const path of ['/none', '/<script>x</script>', '/%3Cscript%3E?a=<b>', `/${'"x'.repeat(2000)}`]) {
      const { status, headers, text } = await server.send(path, accept);
      assert.deepEqual([status, headers['content-type']], [404, 'text/html; charset=utf-8'], path);
      pages.push(text);
    }
    assert.equal(new Set(pages).size, 1, 'it is the same for all');
    assertProblem(await server.send('/none'), 404, 'not_found');
    assertProblem(await server.send('/api/v1/none', accept), 404, 'not_found');
  });

  it('is never part of a statement', async () => {
    for (const path of [
      `/api/v1/stats?site=${encodeURIComponent("x' OR 1=1 --")}`,
      `/api/v1/stats?from=${encodeURIComponent("2026-01-01' OR '1'='1")}`,
      `/api/v1/stats?timezone=${encodeURIComponent("UTC'; DROP TABLE hits; --")}`,
      `/api/v1/top?by=${encodeURIComponent('path FROM system.tables --')}`,
      `/api/v1/top?by=path&limit=${encodeURIComponent('1; SELECT 1')}`,
      `/api/v1/live?site=${encodeURIComponent('{site:String}')}`,
    ]) {
      assertProblem(await server.send(path, { headers: BEARER }), 400, 'invalid');
    }
  });

  it('is counted literally if it is a path', async () => {
    const path = "/it's; DROP TABLE hits; -- \\ \u{1f600} {x:String} <script>";
    assert.equal((await server.post('/hit', { site: 'sql.example', path })).status, 202);
    const { rows } = await server.ask<{ rows: { value: string }[] }>('/api/v1/top?site=sql.example&by=path');
    assert.deepEqual(
      rows.map(({ value }) => value),
      [path],
    );
  });

  it('is refused if it contains a NUL, a control character or half a character', async () => {
    assertProblem(await server.send('/hit.gif?site=a.example&path=%00'), 400, 'invalid');
    assertProblem(await server.send('/hit.gif?site=a.example&name=%1b[31m'), 400, 'invalid');
    assertProblem(await server.post('/hit', '{"site":"a.example","path":"/\\ud800"}'), 400, 'invalid');
    assertProblem(await server.post('/hit', '{"site":"\\ud800","path":"/"}'), 400, 'invalid');
  });

  it('is sanitized if it is a title, a referrer or an agent', async () => {
    const hit = {
      site: 'tidy.example',
      path: '/',
      title: 'a\u0000\ud800',
      referrer: 'https://x.example/\ud800',
    };
    assert.equal((await server.post('/hit', JSON.stringify(hit))).status, 202);
    assert.equal(
      (await server.post('/api/v1/hits', [{ ...hit, user_agent: '\u0000\ud800' }], BEARER)).status,
      202,
    );
  });

  it('finds no file by path traversal', async () => {
    for (const path of [
      '/../../etc/passwd',
      '/..%2f..%2fetc%2fpasswd',
      '//etc/passwd',
      '/%2e%2e/secrets.json',
    ]) {
      assertProblem(await server.send(path), 404, 'not_found');
    }
  });

  it('in an address that cannot be decoded is refused', async () => {
    assertProblem(await server.send('/%zz'), 400, 'invalid');
    assertProblem(await server.send('/api/v1/%ff'), 400, 'invalid');
  });

  it('in a header is treated as text', async () => {
    const headers = {
      host: 'headers.example',
      cookie: `hit=${'f'.repeat(4000)}; =; ;;; hit_admin`,
      'x-forwarded-for': `,,${'9'.repeat(3000)}, ::ffff:1.2.3.4%eth0, [`,
      'user-agent': 'x'.repeat(4000),
      'accept-language': ';;;;',
      referer: 'javascript:alert(1)',
      authorization: 'Bearer',
    };
    assert.equal((await server.send('/', { headers })).status, 200);
    assert.equal((await server.send('/hit.gif?site=headers.example', { headers })).status, 200);
    assertProblem(await server.send('/api/v1/live', { headers }), 401, 'unauthorized');
  });
});

describe('a time zone', () => {
  it('that the store does not have is supported', async () => {
    for (const more of ['', '&metrics=visits']) {
      // Clocks change on the last Sunday of October there.
      const period = 'from=2026-10-24&to=2026-10-27';
      const answer = await server.send(
        `/api/v1/stats?interval=day&${period}&timezone=SystemV/PST8PDT${more}`,
        { headers: BEARER },
      );
      assert.equal(answer.status, 200, answer.text);
      assert.deepEqual(
        JSON.parse(answer.text).series.map(({ time }: { time: string }) => time),
        ['2026-10-24T07:00:00Z', '2026-10-25T07:00:00Z', '2026-10-26T08:00:00Z'],
      );
    }
  });
});

describe('a connection', () => {
  it('that does not speak HTTP gets an error, and is closed', async () => {
    for (const bytes of [
      'hello\r\n\r\n',
      '\u0016\u0003\u0001\u0002',
      'GET / HTTP/9.9\r\n\r\n',
      'GET\u0000/ HTTP/1.1\r\n\r\n',
    ]) {
      assert.match(await server.raw(bytes), /^HTTP\/1\.1 400 Bad Request\r\n.*"code":"invalid"/s);
    }
  });

  it('that closes before the answer loses no hits of others', async () => {
    const before = await server.total('gone.example');
    const request =
      'GET /hit.gif?site=gone.example HTTP/1.1\r\nhost: a.example\r\nuser-agent: Firefox\r\n\r\n';
    const sockets = Array.from({ length: 50 }, () => server.connect(request));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    for (const socket of sockets) socket.destroy();
    assert.equal((await server.send('/hit.gif?site=gone.example')).status, 200);
    assert.ok((await server.total('gone.example')).hits > before.hits);
  });

  it('that sends many requests at once gets an answer to each, in order', async () => {
    const gets = Array.from(
      { length: 20 },
      (_, index) => `GET /healthz?${index} HTTP/1.1\r\nhost: a.example\r\n\r\n`,
    );
    const said = await server.raw(
      `${gets.join('')}GET /nothing HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`,
    );
    assert.equal(said.match(/HTTP\/1\.1 200 OK/g)?.length, 20);
    assert.match(said, /HTTP\/1\.1 404 Not Found/);
  });
});

describe('the limit of one client', () => {
  it('is reported with the seconds to wait, counts nothing, and does not affect others', async (t) => {
    await using limited = await RunningServer.start(
      ...[temporaryFolder(t), '--rate-limit', '5/s', '--tracker', 'simple'],
    );
    const hit = (client: string) =>
      limited.send('/hit.gif?site=a.example', { headers: { 'x-forwarded-for': client } });
    const answers = await Promise.all(Array.from({ length: 40 }, () => hit('203.0.113.9')));
    const refused = answers.filter(({ status }) => status === 429);
    assert.ok(refused.length >= 20 && refused.length <= 30, `${refused.length} of 40 refused`);
    for (const answer of refused) {
      assertProblem(answer, 429, 'rate_limited');
      assert.equal(answer.headers['x-hit-dropped'], 'rate_limited');
      assert.match(answer.headers['retry-after'] ?? '', /^[1-9]\d*$/);
    }
    assert.equal((await limited.total('a.example')).hits, 40 - refused.length);
    assert.equal(await limited.dropped('rate_limited'), refused.length);
    assert.equal((await hit('203.0.113.10')).status, 200);
    const direct = await Promise.all(
      Array.from({ length: 40 }, () => limited.send('/hit.gif?site=b.example')),
    );
    assert.ok(direct.every(({ status }) => status === 200));
    await sleep(1000);
    assert.equal((await hit('203.0.113.9')).status, 200);
  });
});
