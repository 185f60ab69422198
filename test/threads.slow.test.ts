/** Collector threads: any number of them gives the answers of one. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertProblem, BEARER, FIREFOX } from './fixtures/any-server.ts';
import { Program } from './fixtures/command-line.ts';
import { metricsOf } from './fixtures/metrics-text.ts';
import { RunningServer } from './fixtures/running-server.ts';
import { scaledTimeout } from './fixtures/scaled-timeout.ts';
import { temporaryFolder } from './fixtures/temporary.ts';

const options = { timeout: scaledTimeout(60_000) };
const THREADS = ['--threads', '2'];
/** Without a store, which takes longer to open than all the rest. */
const LIGHT = [...THREADS, '--tracker', 'simple,rate'];

describe('collector threads', () => {
  test('count hits and visitors as one thread does, and return the counts', options, async (t) => {
    await using server = await RunningServer.start(temporaryFolder(t), ...THREADS);
    const unique: number[] = [];
    for (let round = 0; round < 4; round++) {
      // Each on a separate connection, which the system assigns to either thread.
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, visitor) =>
          server.send('/', { headers: { host: 'threads.example', 'x-forwarded-for': `visitor ${visitor}` } }),
        ),
      );
      unique.push(Math.max(...answers.map(({ text }) => Number(/^(\d+) unique/.exec(text)?.[1]))));
      const isNew = answers.filter(({ text }) => text.includes('You are new here')).length;
      assert.equal(isNew, round === 0 ? 50 : 0);
    }
    assert.deepEqual(unique, [50, 50, 50, 50]);
    assert.deepEqual(await server.total('threads.example'), { hits: 200, visitors: 50 });
    const { totals } = await server.ask<{ totals: object }>('/api/v1/stats?site=threads.example');
    assert.deepEqual(totals, { hits: 200, visitors: 50 });
    assertProblem(await server.send('/nothing'), 404, 'not_found');
    const { samples } = await metricsOf(server);
    const requests = (route: string, method = 'GET') =>
      samples.find(
        ({ name, labels }) =>
          name === 'hit_tracker_http_request_duration_seconds_count' &&
          labels.method === method &&
          labels.route === route,
      )?.value;
    assert.equal(requests('/'), 200);
    assert.equal(requests('/api/v1/stats'), 1, 'forwarded requests are counted once');
    assert.equal(requests('unmatched', 'any'), 1, 'and those without a route, too');
  });

  test('share the limit of a client', options, async (t) => {
    await using server = await RunningServer.start(temporaryFolder(t), ...LIGHT, '--rate-limit', '1/h');
    const headers = { 'x-forwarded-for': '203.0.113.7' };
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => server.send('/hit.gif?site=a.example&path=/', { headers })),
    );
    const taken = answers.filter(({ status }) => status === 200);
    assert.equal(taken.length, 1, 'of either thread one would be taken');
    const refused = answers.find(({ status }) => status !== 200)!;
    assertProblem(refused, 429, 'rate_limited');
    assert.equal(refused.headers['x-hit-dropped'], 'rate_limited');
    assert.match(String(refused.headers['retry-after']), /^3[56]\d\d$/);
    assert.equal(await server.dropped('rate_limited'), 40 - taken.length);
    assert.equal((await server.total('a.example')).hits, taken.length);
  });

  test('bound new visitors of a client, and limit no other client because of it', options, async (t) => {
    const limits = ['--rate-limit', '1/h', '--max-new-visitors', '1'];
    await using server = await RunningServer.start(temporaryFolder(t), ...LIGHT, ...limits);
    const path = '/hit.gif?site=a.example&path=/';
    const reasons: unknown[] = [];
    for (let i = 0; i < 20; i++) {
      const headers = { 'x-forwarded-for': '203.0.113.7', 'user-agent': `${FIREFOX} ${i}` };
      reasons.push((await server.send(path, { headers })).headers['x-hit-dropped']);
      // Connected directly from this machine, so it is exempt from limits.
      assert.equal((await server.send(path)).status, 200, `after ${i}`);
    }
    // Each thread admits one, and the main thread limits that of the second.
    const bounded = reasons.filter((reason) => reason === 'too_many_visitors');
    assert.ok(reasons[0] === undefined && bounded.length >= 18, reasons.join());
  });

  test('accept as many sites as one thread would', options, async (t) => {
    await using server = await RunningServer.start(temporaryFolder(t), ...LIGHT, '--max-sites', '2');
    const send = (site: string) => server.send(`/hit.gif?site=${site}&path=/`);
    for (const site of ['a.example', 'b.example', 'a.example']) assert.equal((await send(site)).status, 200);
    for (let connection = 0; connection < 8; connection++) {
      const { detail } = assertProblem(await send('c.example'), 400, 'invalid');
      assert.match(detail, /--max-sites/);
    }
    assert.equal(await server.dropped('too_many_sites'), 8);
    // A site of a sender with a token gets the place of one that nobody claims.
    const hits = ['a.example', 'c.example', 'b.example'].map((site) => ({ site, path: '/', visitor: 'ann' }));
    const { status, text } = await server.post('/api/v1/hits', hits, BEARER);
    assert.equal(status, 202, text);
    const answer = JSON.parse(text) as { accepted: number; dropped: object; errors: { index: number }[] };
    assert.deepEqual([answer.accepted, answer.dropped], [2, { too_many_sites: 1 }]);
    assert.deepEqual(
      answer.errors.map(({ index }) => index),
      [2],
    );
  });

  test('answer a request whose body is refused, and those behind it', options, async (t) => {
    await using server = await RunningServer.start(temporaryFolder(t), ...LIGHT);
    const head = (method: string, path: string, ...headers: string[]) =>
      [`${method} ${path} HTTP/1.1`, 'host: a.example', ...headers, '', ''].join('\r\n');
    const json = 'content-type: application/json';
    for (const [token, status] of [
      [BEARER.authorization, 413],
      ['Bearer no', 401],
    ] as const)
      for (const size of [70_000, 70_000, 2_000_000]) {
        const headers = [json, `authorization: ${token}`, `content-length: ${size}`];
        const refused = head('POST', '/api/v1/query', ...headers) + 'x'.repeat(size);
        const said = await server.raw(refused + head('GET', '/healthz', 'connection: close'));
        const statuses = Array.from(said.matchAll(/HTTP\/1\.1 (\d+)/g), ([, each]) => Number(each));
        assert.deepEqual(statuses, [status, 200], said);
      }
  });

  test('do not share a port with another server', options, async (t) => {
    await using server = await RunningServer.start(temporaryFolder(t), ...LIGHT);
    const settings = ['--port', String(server.port), '--data-dir', temporaryFolder(t), ...LIGHT];
    const { code, stderr } = await new Program(['serve', ...settings]).ended;
    assert.equal(code, 1);
    assert.match(stderr, /another program uses it; choose another with --port/);
  });

  test('shut down cleanly, after answering pending requests', options, async (t) => {
    const dataDir = temporaryFolder(t);
    const server = await RunningServer.start(dataDir, ...THREADS);
    const sent = Array.from({ length: 100 }, (_, i) => server.send(`/hit.gif?site=end.example&path=/${i}`));
    await sleep(20);
    const stopped = server.stop();
    const answers = await Promise.allSettled(sent);
    assert.equal((await stopped).code, 0);
    const acknowledged = answers.filter((each) => each.status === 'fulfilled' && each.value.status === 200);
    await using again = await RunningServer.start(dataDir);
    const { hits } = await again.total('end.example');
    assert.ok(hits >= acknowledged.length, `${hits} of ${acknowledged.length} acknowledged hits are there`);
  });
});
