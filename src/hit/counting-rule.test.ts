import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FIREFOX } from '../../test/fixtures/any-server.ts';
import { TrustedProxies } from './address.ts';
import { type CountingOptions, CountingRule } from './counting-rule.ts';
import { EMPTY_CONTEXT, type RequestContext } from './request-context.ts';

const LOOPBACK = new TrustedProxies('loopback');
const PAGE: RequestContext = {
  ...EMPTY_CONTEXT,
  kind: 'request',
  host: 'example.com:8080',
  path: '/a?b=1',
  method: 'GET',
  userAgent: FIREFOX,
  peer: '203.0.113.7',
};

function refusal(facts: Partial<RequestContext>, options: CountingOptions = {}): string | undefined {
  return new CountingRule(options).refusalOf({ ...PAGE, ...facts }, LOOPBACK);
}

describe('the rule of what counts', () => {
  for (const [reason, option, ...requests] of [
    ['asset', 'assets', { path: '/x.css?v=1' }, { path: '/x.png', method: 'POST' }],
    ['head', 'head', { method: 'HEAD' }],
    ['options', 'options', { method: 'OPTIONS' }],
    ['prefetch', 'prefetch', { purpose: 'prefetch;prerender' }],
    ['undelivered', 'undelivered', { status: 302 }, { status: 404 }, { status: 500 }, { status: 101 }],
    ['bot', 'bots', { userAgent: 'curl/8.5.0' }, { userAgent: '' }],
  ] as const)
    test(`leaves out what is "${reason}", unless the option "${option}" is true`, () => {
      for (const facts of requests) {
        assert.equal(refusal(facts), reason);
        assert.equal(refusal(facts, { [option]: true }), undefined);
        assert.equal(refusal(facts, { [option]: false }), reason);
      }
    });

  test('counts pages, documents, feeds, requests of an API, and any success', () => {
    for (const path of ['/', '/a.php', '/users/john.doe', '/feed', '/robots.txt', '/api/x', '/a?image=x.png'])
      assert.equal(refusal({ path }), undefined, path);
    for (const status of [0, 200, 201, 204, 206, 304]) assert.equal(refusal({ status }), undefined);
    for (const method of ['POST', 'PUT', 'DELETE']) assert.equal(refusal({ method }), undefined);
  });

  test('needs each option that a request touches', () => {
    const facts = { method: 'HEAD', path: '/x.png' };
    assert.equal(refusal(facts, { assets: true }), 'head');
    assert.equal(refusal(facts, { head: true }), 'asset');
    assert.equal(refusal(facts, { assets: true, head: true }), undefined);
  });

  test('leaves out clients of given addresses, also behind a trusted proxy', () => {
    const options = { excludeAddresses: '203.0.113.0/24, 2001:db8::/32' };
    assert.equal(refusal({}, options), 'excluded_address');
    assert.equal(refusal({ peer: '::ffff:203.0.113.9' }, options), 'excluded_address');
    assert.equal(refusal({ peer: '127.0.0.1', forwarded: '2001:DB8::1' }, options), 'excluded_address');
    assert.equal(refusal({ peer: '127.0.0.1', forwarded: '192.0.2.1' }, options), undefined);
    assert.equal(refusal({ peer: '192.0.2.1', forwarded: '203.0.113.7' }, options), undefined);
    assert.equal(refusal({ peer: '127.0.0.1' }, { excludeAddresses: 'loopback' }), 'excluded_address');
  });

  test('leaves out what no site could have', () => {
    const all = { assets: true, head: true, options: true, prefetch: true, undelivered: true, bots: true };
    for (const facts of [
      { path: '/a\u0085' },
      { path: `/${'a'.repeat(8192)}` },
      { host: 'no host' },
      { host: '' },
    ])
      assert.equal(refusal(facts, all), 'invalid');
  });

  test('counts a named visitor, whatever else is given', () => {
    const facts = { visitor: 'ann', userAgent: 'curl/8.5.0', path: '/x.png', purpose: 'prefetch' };
    assert.equal(refusal(facts, { excludeAddresses: '203.0.113.7' }), undefined);
  });

  test('names a misspelt option, and refuses other values', () => {
    const misspelt = { asset: true } as CountingOptions;
    assert.throws(() => new CountingRule(misspelt), {
      code: 'invalid',
      message: 'count "asset" is unknown: did you mean "assets"?',
    });
    for (const options of [null, 'bots', { bots: 'yes' }, { excludeAddresses: 7 }])
      assert.throws(() => new CountingRule(options as CountingOptions), {
        code: 'invalid',
        message: /^count/,
      });
    assert.throws(() => new CountingRule({ excludeAddresses: 'home' }), {
      code: 'bad_setting',
      message: /^count\.excludeAddresses: "home" is neither/,
    });
  });
});
