import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  accepted,
  DAY,
  FIREFOX,
  hitFrom,
  intakeAt,
  intakeOf,
  NOON,
  visitorOf,
} from '../../test/fixtures/intake.ts';
import type { Intake } from './intake.ts';
import type { RequestContext } from './request-context.ts';

/** The `Cookie` header of a browser that got this answer. */
function cookieFrom(facts: Partial<RequestContext>, intake?: Intake): string {
  const { cookie } = accepted(facts, intake);
  assert.ok(cookie !== undefined, 'a cookie is set');
  return cookie.slice(0, cookie.indexOf(';'));
}

describe('a visitor without a cookie', () => {
  test('is identified by address, agent and site', () => {
    const visitor = visitorOf(hitFrom({}));
    assert.equal(visitorOf(hitFrom({ path: '/other', language: 'fr', referrer: 'https://a.com/' })), visitor);
    const others = [{ peer: '8.8.4.4' }, { userAgent: `${FIREFOX}1` }, { host: 'example.org' }].map((facts) =>
      visitorOf(hitFrom(facts)),
    );
    assert.equal(new Set([visitor, ...others]).size, 4);
  });

  test('is identified by the /64 of an IPv6 address, which a device changes at will', () => {
    const [first, second, other] = ['2001:db8:0:7::1', '2001:db8:0:7:a:b:c:d', '2001:db8:0:8::1'].map(
      (peer) => visitorOf(hitFrom({ peer })),
    );
    assert.equal(first, second);
    assert.notEqual(first, other);
  });

  test('is identified by labels if a trusted proxy does not forward addresses', () => {
    const [a, b, again] = ['111', '222', '111'].map((forwarded) =>
      visitorOf(hitFrom({ peer: '127.0.0.1', forwarded })),
    );
    assert.notEqual(a, b);
    assert.equal(a, again);
  });

  test('is another visitor the next day, and the same for a late hit of the day', () => {
    const clock = { now: NOON };
    const intake = intakeAt(clock);
    const today = visitorOf(hitFrom({ time: clock.now }, intake));
    clock.now += DAY;
    assert.notEqual(visitorOf(hitFrom({ time: clock.now }, intake)), today);
    assert.equal(visitorOf(hitFrom({ time: NOON }, intake)), today);
  });
});

describe('a first-party visitor', () => {
  test('gets a cookie once, which identifies them from any address, with any agent, on any day', () => {
    const clock = { now: NOON };
    const intake = intakeAt(clock);
    const cookie = cookieFrom({}, intake);
    const visitor = visitorOf(hitFrom({}, intake));
    clock.now += 100 * DAY;
    const again = accepted({ cookie, peer: '8.8.4.4', userAgent: `${FIREFOX}1`, time: clock.now }, intake);
    assert.equal(visitorOf(again.hit), visitor);
    assert.equal(again.cookie, undefined);
  });

  test('who deletes the cookie is the same visitor that day, and gets the same cookie', () => {
    const intake = intakeOf();
    const cookie = cookieFrom({}, intake);
    assert.equal(visitorOf(hitFrom({ cookie }, intake)), visitorOf(hitFrom({}, intake)));
    assert.equal(cookieFrom({}, intake), cookie);
  });

  test('with a forged cookie is treated as if without, and gets a genuine one', () => {
    for (const forged of [
      'hit=0011223344556677.8899aabbccddeeff',
      'hit=',
      'hit=<script>',
      'x'.repeat(100_000),
    ]) {
      assert.equal(visitorOf(hitFrom({ cookie: forged })), visitorOf(hitFrom({})));
      assert.equal(cookieFrom({ cookie: forged }), cookieFrom({}));
    }
  });

  test('with a cookie of another site is treated as if without', () => {
    const cookie = cookieFrom({ host: 'example.org', peer: '8.8.4.4' });
    assert.equal(visitorOf(hitFrom({ cookie })), visitorOf(hitFrom({})));
  });

  test('gets a Secure cookie only over TLS', () => {
    assert.match(accepted({ secure: true }).cookie!, /; Secure$/);
    assert.doesNotMatch(accepted({ secure: false }).cookie!, /Secure/);
  });

  test('visits the site itself or a host below it, or names no other site', () => {
    for (const facts of [
      { host: 'example.com', site: 'example.com' },
      { host: 'stats.example.com:8080', site: 'Example.com' },
      { host: 'EXAMPLE.com.', site: 'example.com:80' },
      { host: 'example.com', site: '' },
      { kind: 'plain', host: 'localhost:5000' },
    ] as const) {
      assert.ok(accepted(facts).cookie, JSON.stringify(facts));
    }
  });
});

describe('no cookie is set or trusted', () => {
  const own = cookieFrom({ host: 'example.com', peer: '8.8.4.4' });

  for (const [claim, facts] of [
    ['on a server of another domain, which would track people across sites', { host: 'stats.example' }],
    ['on a host whose name only ends like the site', { host: 'notexample.com' }],
    ['on the parent of the site', { host: 'com' }],
    ['without a host', { host: '' }],
    ['for a trusted sender', { kind: 'server', host: 'example.com' }],
    ['for a log line', { kind: 'log', host: 'example.com' }],
  ] as const) {
    test(claim, () => {
      const without = accepted({ site: 'example.com', ...facts });
      const withOne = accepted({ site: 'example.com', ...facts, cookie: own });
      assert.equal(without.cookie, undefined);
      assert.equal(withOne.cookie, undefined);
      assert.equal(visitorOf(withOne.hit), visitorOf(without.hit));
    });
  }

  test('for a bot, except by the plain counter, which counts it', () => {
    const userAgent = 'curl/8.5.0';
    assert.equal(accepted({ site: 'example.com', userAgent }).cookie, undefined);
    assert.ok(accepted({ kind: 'plain', userAgent }).cookie);
  });

  test('if cookies are turned off', () => {
    const intake = intakeOf({ identity: 'cookieless' });
    const without = accepted({}, intake);
    const withOne = accepted({ cookie: own }, intake);
    assert.equal(without.cookie, undefined);
    assert.equal(withOne.cookie, undefined);
    assert.equal(visitorOf(withOne.hit), visitorOf(without.hit));
    assert.equal(accepted({ kind: 'plain' }, intake).cookie, undefined);
  });
});

describe('a visitor named by a trusted sender', () => {
  const ann: Partial<RequestContext> = { kind: 'server', site: 'example.com', visitor: 'ann', userAgent: '' };

  test('is identified by that name, whatever else is known, on any day', () => {
    const clock = { now: NOON };
    const intake = intakeAt(clock);
    const first = visitorOf(hitFrom(ann, intake));
    clock.now += 100 * DAY;
    assert.equal(visitorOf(hitFrom({ ...ann, peer: '8.8.4.4', userAgent: FIREFOX }, intake)), first);
    assert.notEqual(visitorOf(hitFrom({ ...ann, visitor: 'bob' }, intake)), first);
  });

  test('is another visitor on another site, and under another key', () => {
    const first = visitorOf(hitFrom(ann));
    assert.notEqual(visitorOf(hitFrom({ ...ann, site: 'example.org' })), first);
    assert.notEqual(visitorOf(hitFrom(ann, intakeOf({ key: new Uint8Array(16).fill(9) }))), first);
  });

  test('is not a bot if the agent is missing', () => {
    assert.equal(hitFrom(ann).bot, '');
  });
});

describe('a hit older than the salts', () => {
  test('identifies the same visitor as the same log line does', () => {
    const old = { time: NOON - 30 * DAY, site: 'example.com' };
    assert.equal(visitorOf(hitFrom({ ...old, kind: 'server' })), visitorOf(hitFrom({ ...old, kind: 'log' })));
  });
});
