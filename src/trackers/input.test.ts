import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { served } from '../../test/fixtures/requests.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { HitError } from '../errors.ts';
import { TrustedProxies } from '../hit/address.ts';
import { EMPTY_CONTEXT, type RequestContext } from '../hit/request-context.ts';
import { contextOf, type NamedVisitor, visitorText } from './input.ts';

const TIME = Date.UTC(2026, 10, 24);
const LOOPBACK = new TrustedProxies('loopback');
const HEADERS = {
  host: 'example.com:8080',
  hostname: 'example.com:8080',
  'user-agent': 'Mozilla/5.0',
  referer: 'https://example.org/',
  'accept-language': 'de',
  'x-forwarded-for': '203.0.113.7',
  cookie: 'a=1',
  'sec-purpose': 'prefetch',
};
/** The request context of a request to a local server. */
function servedFacts(
  path: string,
  headers: Readonly<Record<string, string | string[]>> = {},
): Promise<RequestContext> {
  return served(path, headers, (request) => contextOf(request, TIME));
}

const FACTS = {
  ...EMPTY_CONTEXT,
  kind: 'request',
  time: TIME,
  host: 'example.com:8080',
  hostname: 'example.com:8080',
  path: '/a?b=1',
  referrer: 'https://example.org/',
  userAgent: 'Mozilla/5.0',
  language: 'de',
  peer: '127.0.0.1',
  forwarded: '203.0.113.7',
  cookie: 'a=1',
  purpose: 'prefetch',
  method: 'GET',
};

test('input other than a request or a visitor is rejected', () => {
  for (const input of ['ann', undefined, null, 7, true])
    assert.throws(() => contextOf(input as never, TIME), {
      code: 'invalid',
      message: /^track needs a request, or a visitor/,
    });
  for (const input of [{}, { visitor: '' }, { visitor: null }, { visitor: { id: 7 } }, { name: 'ann' }])
    assert.throws(() => contextOf(input as never, TIME), {
      code: 'invalid',
      message: /^visitor must be a non-empty string, not /,
    });
});

describe('the facts', { timeout: scaledTimeout(20_000) }, () => {
  test('of a node:http request has its headers, path and peer', async () => {
    assert.deepEqual(await servedFacts('/a?b=1', HEADERS), FACTS);
  });

  test('of a web request are the same, with a peer that may forward addresses', () => {
    const { cookie: _, ...headers } = HEADERS;
    const request = new Request('https://example.com:8080/a?b=1#top', { headers });
    assert.deepEqual(contextOf(request, TIME), { ...FACTS, cookie: '' });
  });

  test('of a web request with its peer has that peer', () => {
    const request = new Request('https://example.com:8080/a?b=1', { headers: { 'user-agent': 'x' } });
    const facts = contextOf({ request, peer: '198.51.100.4' }, TIME);
    assert.deepEqual(
      [facts.peer, facts.host, facts.path, facts.userAgent],
      ['198.51.100.4', 'example.com:8080', '/a?b=1', 'x'],
    );
  });

  test('of a request with its status and client has those, and ignores forwarded addresses', async () => {
    const { peer, forwarded, status, method } = await served('/a', HEADERS, (request) =>
      contextOf({ request, client: '203.0.113.9', status: 404 }, TIME),
    );
    assert.deepEqual([peer, forwarded, status, method], ['203.0.113.9', '', 404, 'GET']);
    const request = new Request('http://a.com/', { headers: { 'x-forwarded-for': '203.0.113.7' } });
    const web = contextOf({ request, status: 200 }, TIME);
    assert.deepEqual([web.peer, web.forwarded, web.status], ['127.0.0.1', '203.0.113.7', 200]);
  });

  test('of a request with an unknown peer are refused: it would be a trusted proxy', () => {
    const request = new Request('http://a.com/');
    for (const input of [
      { request },
      { request, peer: undefined },
      { request, peer: undefined, status: 200 },
    ])
      assert.throws(() => contextOf(input as never, TIME), { code: 'invalid', message: /^peer must be/ });
    for (const input of [{ request: 'x' }, { request: {} }, { request: null }])
      assert.throws(() => contextOf(input as never, TIME), { code: 'invalid', message: /^request must be/ });
  });

  test('of a request of HTTP/2 has its host', () => {
    const request = { method: 'GET', url: '/a', headers: { ':authority': 'a.com:8443' } };
    const { host, hostname, path, peer } = contextOf(request, TIME);
    assert.deepEqual([host, hostname, path, peer], ['a.com:8443', 'a.com:8443', '/a', '']);
  });

  test('of a request within a router of Express or Connect has the full path', async () => {
    const { path } = await served('/post?b=1', {}, (request) =>
      contextOf(Object.assign(request, { url: '/post?b=1', originalUrl: '/blog/post?b=1' }), TIME),
    );
    assert.equal(path, '/blog/post?b=1');
  });

  test('of a request without headers is minimal', async () => {
    const facts = await servedFacts('/');
    assert.match(facts.host, /^127\.0\.0\.1:\d+$/);
    assert.deepEqual([facts.userAgent, facts.forwarded, facts.cookie, facts.referrer], ['', '', '', '']);
    assert.equal(contextOf(new Request('http://localhost/'), TIME).host, 'localhost');
  });

  test('joins several headers of forwarded addresses, and accepts the other spelling of the name', async () => {
    const several = await servedFacts('/', { 'x-forwarded-for': ['203.0.113.7', '127.0.0.1'] });
    assert.equal(several.forwarded, '203.0.113.7, 127.0.0.1');
    assert.equal((await servedFacts('/', { X_FORWARDED_FOR: '111' })).forwarded, '111');
    const web = new Request('http://localhost/', { headers: { x_forwarded_for: '111' } });
    assert.equal(contextOf(web, TIME).forwarded, '111');
  });

  test('of a request with a visitor property set by a framework is still that of the request', async () => {
    const { visitor, path } = await served('/a', HEADERS, (request) =>
      contextOf(Object.assign(request, { visitor: { id: 7 } }), TIME),
    );
    assert.deepEqual([visitor, path], ['', '/a']);
    const web = Object.assign(new Request('http://localhost/a'), { visitor: 'ann' });
    assert.equal(contextOf(web, TIME).visitor, '');
  });

  test('of a web request of another library is that of the request', () => {
    const { method, url, headers } = new Request('http://example.com/a', { headers: { 'user-agent': 'x' } });
    const facts = contextOf({ method, url, headers } as Request, TIME);
    assert.deepEqual(
      [facts.host, facts.path, facts.userAgent, facts.method],
      ['example.com', '/a', 'x', 'GET'],
    );
  });

  test('of a named visitor has the name and the other given fields', () => {
    assert.deepEqual(contextOf({ visitor: 'ann' }, TIME), {
      ...EMPTY_CONTEXT,
      time: TIME,
      visitor: 'ann',
      site: 'localhost',
      path: '/',
    });
    const said: NamedVisitor = {
      visitor: 'ann',
      site: 'example.com',
      path: '/a',
      name: 'signup',
      userAgent: 'x',
      referrer: 'https://example.org/',
    };
    assert.deepEqual(contextOf(said, TIME), { ...EMPTY_CONTEXT, time: TIME, ...said });
  });

  test('of a named visitor may be null in JavaScript, which means unknown', () => {
    const unknown = { site: null, path: null, name: null, userAgent: null, referrer: null };
    assert.deepEqual(
      contextOf({ visitor: 'ann', ...unknown } as unknown as NamedVisitor, TIME),
      contextOf({ visitor: 'ann' }, TIME),
    );
  });

  test('of a visitor with an empty name is refused, since all of them would be one', () => {
    for (const visitor of ['', undefined, null]) {
      assert.throws(
        () => contextOf({ visitor } as NamedVisitor, TIME),
        (error) => error instanceof HitError && error.code === 'invalid' && /visitor/.test(error.message),
      );
    }
  });
});

describe('the visitor of a request', () => {
  const textOf = (facts: Partial<typeof EMPTY_CONTEXT>) =>
    visitorText({ ...EMPTY_CONTEXT, ...facts }, LOOPBACK);

  test('is identified by address and agent', () => {
    const texts = [
      { peer: '203.0.113.7', userAgent: 'a' },
      { peer: '203.0.113.7', userAgent: 'b' },
      { peer: '203.0.113.8', userAgent: 'a' },
    ].map(textOf);
    assert.equal(new Set(texts).size, 3);
  });

  test('is the client behind a proxy only if the proxy is trusted', () => {
    const direct = textOf({ peer: '203.0.113.7', userAgent: 'a' });
    assert.equal(textOf({ peer: '127.0.0.1', forwarded: '203.0.113.7', userAgent: 'a' }), direct);
    assert.equal(textOf({ peer: '203.0.113.7', forwarded: '203.0.113.8', userAgent: 'a' }), direct);
  });

  test('is the forwarded client of a web request only if its peer is unknown or trusted', () => {
    const headers = { 'x-forwarded-for': '203.0.113.7', 'user-agent': 'a' };
    const request = new Request('http://localhost/', { headers });
    const from = (peer: string) => visitorText(contextOf({ request, peer }, TIME), LOOPBACK);
    assert.equal(from('127.0.0.1'), visitorText(contextOf(request, TIME), LOOPBACK));
    assert.equal(from('198.51.100.4'), textOf({ peer: '198.51.100.4', userAgent: 'a' }));
  });

  test('is the name of a named visitor, which no request can impersonate', () => {
    const ann = textOf({ visitor: 'ann', peer: '203.0.113.7', userAgent: 'a' });
    assert.equal(textOf({ visitor: 'ann', peer: '203.0.113.8', userAgent: 'b' }), ann);
    for (const client of ['visitor', 'visitor\nann', 'ann', '']) {
      assert.notEqual(textOf({ peer: '127.0.0.1', forwarded: client, userAgent: 'ann' }), ann);
    }
  });
});
