import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { anyCharacter } from '../../test/fixtures/any-character.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { LIMITS } from './hit.ts';
import { campaignOf, languageOf, referrerOf } from './source.ts';
import { isUnclean } from './text.ts';

const fixed = { seed: 5, numRuns: 200 };

describe('a referrer', () => {
  for (const [text, host, url] of [
    ['https://example.org/a', 'example.org', 'https://example.org/a'],
    ['https://www.example.org/a?q=secret#top', 'example.org', 'https://www.example.org/a'],
    ['https://user:password@example.org/a', 'example.org', 'https://example.org/a'],
    ['http://Example.ORG:8080', 'example.org', 'http://example.org:8080/'],
    ['https://example.org./a', 'example.org', 'https://example.org./a'],
    ['https://www.example.org/a b', 'example.org', 'https://www.example.org/a%20b'],
    ['https://bücher.example/ä', 'xn--bcher-kva.example', 'https://xn--bcher-kva.example/%C3%A4'],
    ['http://[2001:DB8::1]:80/a', '2001:db8::1', 'http://[2001:db8::1]/a'],
    ['android-app://com.google.android.gm/', 'com.google.android.gm', 'android-app://com.google.android.gm/'],
  ] as const) {
    test(`of ${text} is ${url}, with the host ${host}`, () => {
      assert.deepEqual(referrerOf(text), { host, url });
    });
  }

  test('is empty if it is not a web address', () => {
    for (const text of [
      ...['', '-', 'about:blank', 'example.org', '/a', 'https://', 'javascript:alert(1)', 'data:text/html,x'],
      ...['file:///etc/passwd', 'blob:https://a.com/x', 'http://a b/', 'https://a.com:99999/', '\u0000'],
    ]) {
      assert.deepEqual(referrerOf(text), { host: '', url: '' }, JSON.stringify(text));
    }
  });

  test('has no credentials, query, fragment or unclean characters, and a bounded length', () => {
    const part = fc.string({ unit: anyCharacter, maxLength: 30 });
    fc.assert(
      fc.property(part, part, part, part, (user, path, query, fragment) => {
        const text = `https://${encodeURIComponent(user.toWellFormed())}:pw@example.org/${path}?${query}#${fragment}`;
        const { host, url } = referrerOf(text);
        assert.equal(host, 'example.org');
        assert.ok(url.startsWith('https://example.org/') && !/[?#]/.test(url) && !isUnclean(url), url);
      }),
      fixed,
    );
    assert.equal(referrerOf(`https://example.org/${'漢'.repeat(2000)}`).url.length, LIMITS.referrer);
  });

  test('of megabytes is parsed before the test times out', { timeout: scaledTimeout(20_000) }, () => {
    for (const piece of ['a', '/../', '%', '@', ':', '漢'])
      referrerOf(`https://a.com/${piece.repeat(2 ** 20)}`);
  });
});

describe('a campaign', () => {
  const nothing = { source: '', medium: '', campaign: '', term: '', content: '' };

  for (const [query, campaign] of [
    [
      'utm_source=news&utm_medium=mail&utm_campaign=spring',
      { ...nothing, source: 'news', medium: 'mail', campaign: 'spring' },
    ],
    ['a=1&utm_source=news', { ...nothing, source: 'news' }],
    ['ref=friend', { ...nothing, source: 'friend' }],
    ['source=friend', { ...nothing, source: 'friend' }],
    ['source=c&ref=b&utm_source=a', { ...nothing, source: 'a' }],
    ['utm_source=&ref=b', { ...nothing, source: 'b' }],
    ['utm_source=two+words&utm_medium=%C3%A4', { ...nothing, source: 'two words', medium: 'ä' }],
    ['utm_source=first&utm_source=second', { ...nothing, source: 'first' }],
    ['xutm_source=a&href=b&resource=c', nothing],
    ['', nothing],
    ['utm_source', nothing],
    ['utm_term=blue+shoes&utm_content=top', { ...nothing, term: 'blue shoes', content: 'top' }],
    ['gclid=abc', nothing],
    ['gclid=x&utm_source=ig&msclkid=y&utm_medium=cpc', { ...nothing, source: 'ig', medium: 'cpc' }],
  ] as const) {
    test(`of "${query}" is read`, () => assert.deepEqual(campaignOf(query), campaign));
  }

  test('has no control characters or lone surrogates, however it is encoded', () => {
    assert.deepEqual(campaignOf('utm_source=%00a%1b[31m%0d%0ab&utm_medium=%9b&utm_campaign=%7f%c2%9b'), {
      ...nothing,
      source: 'a [31m b',
      medium: '\ufffd',
      campaign: '',
    });
    const encoded = fc
      .string({ unit: anyCharacter, maxLength: 40 })
      .map((text) => encodeURIComponent(text.toWellFormed()));
    fc.assert(
      fc.property(fc.oneof(encoded, fc.string({ unit: anyCharacter, maxLength: 40 })), (value) => {
        const { source } = campaignOf(`utm_source=${value}`);
        assert.ok(!isUnclean(source) && source.isWellFormed());
      }),
      fixed,
    );
  });

  test('has parts of a bounded length, cut between characters', () => {
    assert.equal(campaignOf(`utm_source=${'x'.repeat(1000)}`).source.length, LIMITS.utm);
    assert.ok(campaignOf(`utm_source=a${'😀'.repeat(150)}`).source.isWellFormed());
  });
});

describe('a language', () => {
  for (const [header, language] of [
    ['de-CH,fr;q=0.8', 'de'],
    ['EN-us', 'en'],
    ['en', 'en'],
    ['zh_Hant', 'zh'],
    [' fil ; q=1', 'fil'],
    ['en;q=0.5', 'en'],
    ['*', ''],
    ['', ''],
    ['x', ''],
    ['english', ''],
    ['12', ''],
    ['-en', ''],
    ['<b>', ''],
  ] as const) {
    test(`of "${header}" is "${language}"`, () => assert.equal(languageOf(header), language));
  }
});
