import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dropped, hitFrom, intakeOf, VIEW, visitorOf } from '../../test/fixtures/intake.ts';
import { ClientNetworks } from './client-network.ts';
import type { DropReason } from './drop-reason.ts';
import { LIMITS } from './hit.ts';
import type { Intake } from './intake.ts';
import { RateLimit } from './rate-limit.ts';
import type { RequestContext } from './request-context.ts';
import { Sites } from './site.ts';

describe('a hit is dropped', () => {
  const x = (times: number) => 'x'.repeat(times);
  const cases: [claim: string, facts: Partial<RequestContext>, reason: DropReason, detail: RegExp][] = [
    [
      'when its path is too long',
      { path: `/${x(8192)}` },
      'too_large',
      /^path has 8193 characters; at most 8192/,
    ],
    ['when its name is too long', { name: x(201) }, 'too_large', /^name has 201 characters/],
    ['when its props are too long', { props: x(4097) }, 'too_large', /^props has 4097 characters/],
    ['when its path holds NUL', { path: '/a\u0000' }, 'invalid', /^path contains a control character/],
    ['when its path holds a line break', { path: '/a\nb' }, 'invalid', /^path/],
    ['when its name holds an escape sequence', { name: '\u001b[31m' }, 'invalid', /^name/],
    ['when its props hold a lone surrogate', { props: '"\ud800"' }, 'invalid', /^props/],
    ['when it is a prefetch', { purpose: 'prefetch' }, 'prefetch', /not a visit/],
    ['when it is a prerender', { purpose: 'prefetch;prerender' }, 'prefetch', /not a visit/],
    ['when it names no site', { host: '' }, 'invalid', /^no site is given$/],
    ['when its site is not a host name', { site: '../etc' }, 'invalid', /^"\.\.\/etc" is not a host name$/],
  ];
  for (const [claim, facts, reason, detail] of cases) {
    test(`as ${reason} ${claim}`, () => {
      const outcome = dropped(facts);
      assert.equal(outcome.reason, reason);
      assert.match(outcome.detail, detail);
    });
  }

  test('as site_not_allowed if its site is not on the list', () => {
    const intake = intakeOf({ sites: new Sites({ allowed: ['example.com'], max: 100 }) });
    assert.equal(hitFrom({}, intake).site, 'example.com');
    const outcome = dropped({ site: 'example.org' }, intake);
    assert.equal(outcome.reason, 'site_not_allowed');
    assert.match(outcome.detail, /"example\.org" is not in --sites/);
  });

  test('as too_many_sites if the maximum number of sites is reached', () => {
    const intake = intakeOf({ sites: new Sites({ max: 1 }) });
    hitFrom({}, intake);
    assert.equal(dropped({ site: 'example.org' }, intake).reason, 'too_many_sites');
    assert.equal(hitFrom({}, intake).site, 'example.com');
  });

  test('as rate_limited if its client sends too many, with the seconds to wait', () => {
    const intake = intakeOf({ limit: RateLimit.parse('1/m') });
    hitFrom({}, intake);
    const { reason, retryAfter } = dropped({}, intake);
    assert.deepEqual({ reason, retryAfter }, { reason: 'rate_limited', retryAfter: 60 });
    hitFrom({ peer: '8.8.4.4' }, intake);
  });

  test('with a detail that is well-formed and short, whatever the site’s name', () => {
    for (const site of ['😀'.repeat(1000), `${x(252)}😀`, '\ud800', `${x(5000)}\u0000`]) {
      const { detail } = dropped({ site });
      assert.ok(detail.isWellFormed() && detail.length < 300, detail);
    }
  });

  test('never for values of the maximum length', () => {
    const hit = hitFrom({ path: `/${x(LIMITS.path - 1)}`, name: x(LIMITS.name), props: x(LIMITS.props) });
    assert.equal(hit.path.length, LIMITS.path);
    for (const path of [
      `/${'a@b.co/'.repeat(LIMITS.path / 7)}`,
      x(LIMITS.path),
      `/a@b.co/${'😀'.repeat(4092)}`,
    ]) {
      const cut = hitFrom({ path }).path;
      assert.ok(cut.length === LIMITS.path && cut.isWellFormed(), path.slice(0, 20));
    }
  });
});

describe('the rate limit', () => {
  const limited = () => intakeOf({ limit: RateLimit.parse('1/h') });

  function passes(facts: Partial<RequestContext>, intake: Intake): boolean {
    return [1, 2, 3].every(() => 'hit' in intake.receive({ ...VIEW, ...facts }));
  }

  test('applies to the client behind the proxy, not to the proxy', () => {
    const intake = limited();
    hitFrom({ peer: '127.0.0.1', forwarded: '8.8.8.8' }, intake);
    hitFrom({ peer: '127.0.0.1', forwarded: '8.8.4.4' }, intake);
    assert.equal(dropped({ peer: '127.0.0.1', forwarded: '8.8.8.8' }, intake).reason, 'rate_limited');
  });

  test('cannot be evaded by a peer that claims to forward many clients', () => {
    const intake = limited();
    hitFrom({ forwarded: '1.1.1.1' }, intake);
    assert.equal(dropped({ forwarded: '1.1.1.2' }, intake).reason, 'rate_limited');
    assert.equal(dropped({ forwarded: '127.0.0.1' }, intake).reason, 'rate_limited');
  });

  test('cannot be evaded by a client that changes its address within a /64 of IPv6', () => {
    const intake = limited();
    hitFrom({ peer: '2001:db8:0:7::1' }, intake);
    const { reason, detail } = dropped({ peer: '2001:db8:0:7::2' }, intake);
    assert.deepEqual([reason, detail], ['rate_limited', 'too many hits from 2001:db8:0:7::/64']);
    hitFrom({ peer: '2001:db8:0:8::1' }, intake);
  });

  test('counts a network of another prefix as one client, for the limit and as a visitor', () => {
    const networks = new ClientNetworks(56);
    const intake = intakeOf({ limit: RateLimit.parse('1/h'), networks });
    hitFrom({ peer: '2001:db8:0:700::1' }, intake);
    const { detail } = dropped({ peer: '2001:db8:0:7ff::1' }, intake);
    assert.equal(detail, 'too many hits from 2001:db8:0:700::/56');
    hitFrom({ peer: '2001:db8:0:800::1' }, intake);
    const visitors = ['2001:db8:0:700::1', '2001:db8:0:7ff::1', '2001:db8:0:800::1'].map((peer) =>
      visitorOf(hitFrom({ peer }, intakeOf({ networks }))),
    );
    assert.equal(visitors[0], visitors[1]);
    assert.notEqual(visitors[0], visitors[2]);
  });

  test('exempts local clients, logs and trusted senders', () => {
    for (const peer of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) assert.ok(passes({ peer }, limited()), peer);
    assert.ok(passes({ kind: 'log' }, limited()));
    assert.ok(passes({ kind: 'server', visitor: 'ann' }, limited()));
    assert.ok(!passes({}, limited()));
    assert.ok(!passes({ kind: 'plain' }, limited()));
  });
});
