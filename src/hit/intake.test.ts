import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { anyCharacter } from '../../test/fixtures/any-character.ts';
import { DAY, hitFrom, intakeAt, intakeOf, NOON, VIEW, visitorOf } from '../../test/fixtures/intake.ts';
import { LIMITS } from './hit.ts';
import { EMPTY_CONTEXT } from './request-context.ts';
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
      bytes: -1,
      responseTime: -1,
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
    const cut = `/${'x'.repeat(LIMITS.path - 20)}/`;
    assert.ok(hitFrom({ kind: 'log', path: `${cut}ann@mail.example.com` }).path.startsWith(`${cut}[email]`));
  });

  test('identifies the same visitor whenever it is read, by a permanent salt', () => {
    const today = intakeOf();
    const later = intakeAt({ now: NOON + 30 * DAY });
    const line = { kind: 'log', time: NOON } as const;
    assert.equal(visitorOf(hitFrom(line, today)), visitorOf(hitFrom(line, later)));
    const elsewhere = intakeOf({ importSalt: new Uint8Array(16).fill(3) });
    assert.notEqual(visitorOf(hitFrom(line, today)), visitorOf(hitFrom(line, elsewhere)));
  });

  test('and an old hit are refused without that salt, unless a name identifies the visitor', () => {
    const restored = intakeOf({ importSalt: undefined });
    const old = { kind: 'server', time: NOON - 30 * DAY } as const;
    for (const context of [{ kind: 'log', time: NOON } as const, old]) {
      const outcome = restored.receive({ ...VIEW, ...context });
      assert.ok('reason' in outcome && outcome.reason === 'invalid');
      assert.match(outcome.detail, /no import salt: .*--secrets/);
    }
    for (const context of [{ ...old, visitor: 'ann' }, { ...old, time: NOON }, {}])
      hitFrom(context, restored);
    assert.deepEqual(Object.keys(restored.keyFingerprints()).sort(), ['2026-11-24', 'key']);
  });
});
