import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { anyCharacter } from '../../test/fixtures/any-character.ts';
import {
  DAY,
  dropped,
  hitFrom,
  intakeAt,
  intakeOf,
  NOON,
  VIEW,
  visitorOf,
} from '../../test/fixtures/intake.ts';
import { type DropReason, LIMITS } from './hit.ts';
import type { Intake } from './intake.ts';
import { RateLimit } from './rate-limit.ts';
import { EMPTY_CONTEXT, type RequestContext } from './request-context.ts';
import { Sites } from './site.ts';
import { isUnclean } from './text.ts';

const GOOGLEBOT = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';

describe('a page view', () => {
  test('becomes a hit with everything that is known about it', () => {
    const hit = hitFrom({
      host: 'Example.com:5000',
      path: '/a/b?utm_source=news&utm_medium=mail&utm_campaign=spring#top',
      referrer: 'https://user@www.example.org/x?q=1',
      title: ' Hello\n world ',
    });
    const { visitorHigh, visitorLow, ...rest } = hit;
    assert.deepEqual(rest, {
      site: 'example.com',
      time: NOON,
      bot: '',
      path: '/a/b',
      name: 'pageview',
      source: 'news',
      referrer: 'https://www.example.org/x',
      utmSource: 'news',
      utmMedium: 'mail',
      utmCampaign: 'spring',
      country: 'US',
      browser: 'Firefox',
      os: 'Linux',
      device: 'desktop',
      language: 'de',
      status: 0,
      method: '',
      title: 'Hello world',
      props: '',
      hostname: '',
      utmTerm: '',
      utmContent: '',
      clickId: '',
      region: '',
      city: '',
      browserVersion: '133',
      osVersion: '',
      screen: '',
      value: '',
      currency: '',
      interactive: true,
      engaged: 0,
      scroll: -1,
    });
    for (const half of [visitorHigh, visitorLow])
      assert.ok(Number.isInteger(half) && half >= 0 && half < 2 ** 32);
  });

  test('takes along what the page tells of itself, and of its address the campaign, but no id of a click', () => {
    const hit = hitFrom({
      ...{ hostname: 'WWW.Example.com:8443', screen: 'Laptop', value: '19.90', currency: 'EUR' },
      ...{ interactive: false, name: 'order' },
      path: '/a?utm_term=shoes&utm_content=blue&gclid=Secret-1',
    });
    assert.deepEqual(
      [hit.hostname, hit.screen, hit.value, hit.currency, hit.interactive],
      ['www.example.com', 'Laptop', '19.90', 'EUR', false],
    );
    assert.deepEqual([hit.utmTerm, hit.utmContent, hit.clickId], ['shoes', 'blue', 'gclid']);
    assert.doesNotMatch(JSON.stringify(hit), /Secret/);
    for (const wrong of ['a b', '<script>', 'x'.repeat(300), 'user@example.com'])
      assert.equal(hitFrom({ hostname: wrong }).hostname, '', wrong);
  });

  for (const [path, kept] of [
    ['/a?b=1', '/a'],
    ['/a#b', '/a'],
    ['/a#b?c', '/a'],
    ['a', '/a'],
    ['', '/'],
    ['?utm_source=x', '/'],
    ['#top', '/'],
    ['//a', '//a'],
    ['/%00%1b', '/%00%1b'],
    ['/ä漢😀', '/ä漢😀'],
  ] as const) {
    test(`of the path "${path}" counts as "${kept}"`, () => assert.equal(hitFrom({ path }).path, kept));
  }

  test('has the referrer’s host as its source, unless a campaign names one', () => {
    const referrer = 'https://www.example.org/x';
    assert.equal(hitFrom({ referrer }).source, 'example.org');
    assert.equal(hitFrom({ referrer, path: '/?ref=friend' }).source, 'friend');
    assert.equal(hitFrom({}).source, '');
  });

  test('from a link within the site has no source', () => {
    for (const [site, referrer] of [
      ['example.com', 'https://example.com/a'],
      ['example.com', 'https://www.example.com/a'],
      ['www.example.com', 'https://example.com/a'],
      ['www.example.com', 'http://www.example.com:8080/a'],
      ['[::1]:5000', 'http://[::1]:5000/a'],
    ] as const) {
      const hit = hitFrom({ host: site, referrer });
      assert.deepEqual([hit.source, hit.referrer], ['', ''], `${site} from ${referrer}`);
    }
    assert.equal(
      hitFrom({ host: 'example.com', referrer: 'https://shop.example.com/' }).source,
      'shop.example.com',
    );
  });

  test('that names an event counts as that event', () => {
    assert.equal(hitFrom({ name: 'signup', props: '{"plan":"pro"}' }).name, 'signup');
    assert.equal(hitFrom({ name: 'signup', props: '{"plan":"pro"}' }).props, '{"plan":"pro"}');
  });

  test('keeps a past time, and is clamped to now or to 1970 otherwise', () => {
    assert.equal(hitFrom({ time: NOON + 365 * DAY }).time, NOON);
    assert.equal(hitFrom({ time: NOON - 365 * DAY }).time, NOON - 365 * DAY);
    assert.equal(hitFrom({ time: -1 }).time, 0);
  });

  test('has only clean text of bounded length, whatever was sent', () => {
    const text = fc.string({ unit: anyCharacter, maxLength: 30 });
    const facts = fc.record({
      path: text,
      name: text,
      referrer: fc.oneof(
        text,
        text.map((path) => `https://example.org/${path}`),
      ),
      title: text,
      props: text,
      userAgent: text,
      language: text,
      peer: text,
      forwarded: text,
      cookie: text,
      visitor: text,
      purpose: text,
      host: fc.constantFrom('example.com', 'b.example:80'),
      kind: fc.constantFrom('plain', 'beacon', 'server'),
    });
    const intake = intakeOf();
    fc.assert(
      fc.property(facts, (some) => {
        const outcome = intake.receive({ ...EMPTY_CONTEXT, ...some, time: NOON });
        if ('reason' in outcome) return;
        for (const [field, value] of Object.entries(outcome.hit)) {
          if (typeof value === 'string')
            assert.equal(isUnclean(value), false, `${field}: ${JSON.stringify(value)}`);
        }
      }),
      { seed: 13, numRuns: 200 },
    );
  });
});

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

  test('exempts local clients, logs and trusted senders', () => {
    for (const peer of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) assert.ok(passes({ peer }, limited()), peer);
    assert.ok(passes({ kind: 'log' }, limited()));
    assert.ok(passes({ kind: 'server', visitor: 'ann' }, limited()));
    assert.ok(!passes({}, limited()));
    assert.ok(!passes({ kind: 'plain' }, limited()));
  });
});

describe('bots', () => {
  test('are named, whichever way they come in', () => {
    for (const kind of ['beacon', 'server', 'log'] as const) {
      assert.equal(hitFrom({ kind, userAgent: GOOGLEBOT }).bot, 'Googlebot', kind);
    }
  });

  test('count as people for the plain counter, which counts every client', () => {
    for (const userAgent of [GOOGLEBOT, 'curl/8.11.0', '']) {
      assert.equal(hitFrom({ kind: 'plain', userAgent }).bot, '');
    }
  });

  test('include visits without an agent', () => {
    assert.equal(hitFrom({ userAgent: '' }).bot, '(no user agent)');
  });

  test('do not include hits without an agent from a trusted sender or a log', () => {
    for (const kind of ['server', 'log'] as const)
      assert.equal(hitFrom({ kind, userAgent: '' }).bot, '', kind);
  });
});

describe('a log line', () => {
  test('is kept literally: long text is cut, unclean text stays, status and method are kept', () => {
    const hit = hitFrom({ kind: 'log', path: `/${'😀'.repeat(5000)}`, status: 404, method: 'POST' });
    assert.ok(hit.path.length <= LIMITS.path && hit.path.isWellFormed());
    assert.deepEqual([hit.status, hit.method], [404, 'POST']);
    assert.equal(hitFrom({ kind: 'log', path: '-' }).path, '-');
  });

  test('identifies the same visitor whenever it is read, by a permanent salt', () => {
    const today = intakeOf();
    const later = intakeAt({ now: NOON + 30 * DAY });
    const line = { kind: 'log', time: NOON } as const;
    assert.equal(visitorOf(hitFrom(line, today)), visitorOf(hitFrom(line, later)));
    const elsewhere = intakeOf({ importSalt: new Uint8Array(16).fill(3) });
    assert.notEqual(visitorOf(hitFrom(line, today)), visitorOf(hitFrom(line, elsewhere)));
  });
});
