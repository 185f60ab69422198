import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Stats, Top } from '../src/index.ts';
import { assertProblem, BEARER, cookieOf } from './fixtures/any-server.ts';
import { sharedServerHere } from './fixtures/shared-server.ts';

const GOOGLEBOT = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';

const server = await sharedServerHere();

describe('the pixel', () => {
  it('is a GIF that is never cached, and counts its path', async () => {
    const answer = await server.send(
      '/hit.gif?site=pixel.example&path=/a%3Futm_source=letter&referrer=https://www.example.org/x',
    );
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'image/gif');
    assert.equal(answer.headers['content-length'], '42');
    assert.match(answer.text, /^GIF89a/);
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.equal(answer.headers['access-control-allow-origin'], '*');
    const top = (by: string) => server.ask<Top>(`/api/v1/top?site=pixel.example&by=${by}`);
    assert.deepEqual((await top('path')).rows, [{ value: '/a', hits: 1, visitors: 1 }]);
    assert.deepEqual((await top('source')).rows, [{ value: 'letter', hits: 1, visitors: 1 }]);
    assert.deepEqual((await top('referrer')).rows, [
      { value: 'https://www.example.org/x', hits: 1, visitors: 1 },
    ]);
  });

  it('counts the embedding page if no path is given', async () => {
    await server.send('/hit.gif', { headers: { referer: 'https://shown.example/page?q=1' } });
    const { rows } = await server.ask<Top>('/api/v1/top?site=shown.example&by=path');
    assert.deepEqual(rows, [{ value: '/page', hits: 1, visitors: 1 }]);
  });

  it('sets a cookie only on its own site', async () => {
    const own = await server.send('/hit.gif?site=own.example', { headers: { host: 'stats.own.example' } });
    assert.match(cookieOf(own), /^hit=/);
    const foreign = await server.send('/hit.gif?site=own.example', { headers: { host: 'other.example' } });
    assert.equal(foreign.headers['set-cookie'], undefined);
  });

  it('stores a bot, and does not count it', async () => {
    const before = await server.dropped('bot');
    const answer = await server.send('/hit.gif?site=bot.example', { headers: { 'user-agent': GOOGLEBOT } });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['x-hit-dropped'], 'bot');
    assert.equal(await server.dropped('bot'), before + 1);
    assert.deepEqual(await server.total('bot.example'), { hits: 0, visitors: 0 });
    const totals = async (bots: string) =>
      (await server.ask<Stats>(`/api/v1/stats?site=bot.example&bots=${bots}`)).totals;
    assert.deepEqual(await totals('exclude'), { hits: 0, visitors: 0 });
    assert.deepEqual(await totals('include'), { hits: 1, visitors: 1 });
    assert.deepEqual(await totals('only'), { hits: 1, visitors: 1 });
    const { rows } = await server.ask<Top>('/api/v1/top?site=bot.example&by=bot');
    assert.deepEqual(rows, [{ value: 'Googlebot', hits: 1, visitors: 1 }]);
  });

  it('does not count HEAD requests', async () => {
    const head = await server.send('/hit.gif?site=pixelhead.example', { method: 'HEAD' });
    assert.equal(head.status, 200);
    assert.equal(head.headers['content-type'], 'image/gif');
    assert.deepEqual(await server.total('pixelhead.example'), { hits: 0, visitors: 0 });
  });
});

describe("a page's own report", () => {
  it('is accepted as JSON, and as the text that sendBeacon sends', async () => {
    // The campaign is that of the visit's first hit.
    const url = 'https://report.example/b?utm_campaign=spring&x=1#part';
    const text = await server.post('/hit', { url }, { 'content-type': 'text/plain;charset=UTF-8' });
    assert.equal(text.status, 202);
    const json = await server.post('/hit', { site: 'report.example', path: '/a', name: 'signup' });
    assert.equal(json.status, 202);
    assert.equal(json.text, '');
    assert.equal(json.headers['access-control-allow-origin'], '*');
    const top = (by: string) => server.ask<Top>(`/api/v1/top?site=report.example&by=${by}`);
    assert.deepEqual(
      (await top('path')).rows.map(({ value }) => value),
      ['/a', '/b'],
    );
    assert.deepEqual(
      (await top('name')).rows.map(({ value }) => value),
      ['pageview', 'signup'],
    );
    assert.deepEqual(
      (await top('utm_campaign')).rows.map(({ value }) => value),
      ['spring'],
    );
  });

  it('is allowed by the preflight of any origin', async () => {
    const answer = await server.send('/hit', {
      method: 'OPTIONS',
      headers: { origin: 'https://a.example' },
    });
    assert.equal(answer.status, 204);
    assert.equal(answer.headers['access-control-allow-origin'], '*');
    assert.equal(answer.headers['access-control-allow-methods'], 'POST');
    assert.equal(answer.headers['access-control-allow-headers'], 'content-type');
  });

  for (const { what, body, type = 'application/json', status, code, reason } of [
    { what: 'invalid JSON', body: '{"site":', status: 400, code: 'invalid', reason: 'invalid' },
    { what: 'an empty body', body: '', status: 400, code: 'invalid', reason: 'invalid' },
    { what: 'a list', body: '[1]', status: 400, code: 'invalid', reason: 'invalid' },
    { what: 'a number for a path', body: '{"path":1}', status: 400, code: 'invalid', reason: 'invalid' },
    { what: 'a relative URL', body: '{"url":"/a"}', status: 400, code: 'invalid', reason: 'invalid' },
    {
      what: 'an invalid site',
      body: '{"site":"a b"}',
      status: 400,
      code: 'invalid',
      reason: 'invalid',
    },
    {
      ...{ what: 'an unsupported content type', body: '<a/>', type: 'application/xml' },
      ...{ status: 415, code: 'unsupported_media_type', reason: 'invalid' },
    },
    {
      ...{ what: 'more than 64 KiB', body: JSON.stringify({ title: 'x'.repeat(70_000) }) },
      ...{ status: 413, code: 'too_large', reason: 'too_large' },
    },
    {
      ...{
        what: 'an overlong path',
        body: JSON.stringify({ site: 'a.example', path: `/${'x'.repeat(9000)}` }),
      },
      ...{ status: 413, code: 'too_large', reason: 'too_large' },
    },
  ]) {
    it(`with ${what} is refused, and counted as dropped`, async () => {
      const before = await server.dropped(reason);
      const answer = await server.post('/hit', body, { 'content-type': type });
      assertProblem(answer, status, code);
      assert.equal(answer.headers['x-hit-dropped'], reason);
      assert.equal(answer.headers['access-control-allow-origin'], '*');
      assert.equal(await server.dropped(reason), before + 1);
    });
  }
});

describe('a batch', () => {
  const send = (body: unknown, headers = {}) => server.post('/api/v1/hits', body, { ...BEARER, ...headers });

  it('needs the token', async () => {
    assertProblem(await server.post('/api/v1/hits', []), 401, 'unauthorized');
    assertProblem(await send([], { authorization: 'Bearer wrong' }), 401, 'unauthorized');
  });

  it('reports how many hits were accepted, dropped and invalid, each by its index', async () => {
    const answer = await send([
      { site: 'batch.example', path: '/a', visitor: 'ann', time: '2024-01-01T10:00:00Z' },
      { site: 'batch.example', path: '/a', visitor: 'ann', time: Date.UTC(2024, 0, 1, 11) },
      { site: 'batch.example', path: '/b', address: '192.0.2.7', user_agent: 'Mozilla/5.0 Firefox/140.0' },
      { site: 'batch.example', user_agent: GOOGLEBOT },
      { path: '/no-site' },
      { site: 'batch.example', time: 'yesterday' },
      'text',
    ]);
    assert.equal(answer.status, 202);
    const { accepted, dropped, errors } = JSON.parse(answer.text);
    assert.equal(accepted, 3);
    assert.deepEqual(dropped, { bot: 1, invalid: 3 });
    assert.deepEqual(
      errors.map(({ index }: { index: number }) => index),
      [4, 5, 6],
    );
    assert.match(errors[0].error, /site/);
    assert.match(errors[1].error, /time/);
  });

  it('counts each hit at its own time, and a visitor by the name that the sender gives', async () => {
    const { totals, series } = await server.ask<Stats>(
      '/api/v1/stats?site=batch.example&from=2024-01-01T10:00:00Z&to=2024-01-01T12:00:00Z&interval=hour',
    );
    assert.deepEqual(totals, { hits: 2, visitors: 1 });
    assert.deepEqual(series, [
      { time: '2024-01-01T10:00:00Z', hits: 1, visitors: 1 },
      { time: '2024-01-01T11:00:00Z', hits: 1, visitors: 1 },
    ]);
  });

  it('is accepted as NDJSON, in which an invalid line is an error of its own', async () => {
    const lines =
      '{"site":"ndjson.example","visitor":"ann"}\n{"site":\n\n{"site":"ndjson.example","visitor":"bob"}\n';
    const answer = await send(lines, { 'content-type': 'application/x-ndjson' });
    assert.equal(answer.status, 202);
    const { accepted, dropped, errors } = JSON.parse(answer.text);
    assert.equal(accepted, 2);
    assert.deepEqual(dropped, { invalid: 1 });
    assert.equal(errors[0].index, 1);
    assert.match(errors[0].error, /JSON/);
    assert.deepEqual(await server.total('ndjson.example'), { hits: 2, visitors: 2 });
  });

  it('that is not a list is refused, and counted as dropped', async () => {
    const before = await server.dropped('invalid');
    const answer = await send({ site: 'batch.example' });
    assertProblem(answer, 400, 'invalid');
    assert.equal(answer.headers['x-hit-dropped'], 'invalid');
    assert.equal(await server.dropped('invalid'), before + 1);
  });

  it('may be empty', async () => {
    const answer = await send([]);
    assert.deepEqual(JSON.parse(answer.text), { accepted: 0, dropped: {}, errors: [] });
  });
});
