import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { anyCharacter } from '../../test/fixtures/any-character.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { HOSTS } from '../../test/fixtures/source-hosts.ts';
import { sourceName } from './source-name.ts';

const fixed = { seed: 8, numRuns: rounds(3000, 600) };

describe('a source', () => {
  for (const [name, ...texts] of [
    [
      'Google',
      'google.com',
      'www.google.co.uk',
      'google.com.br',
      'google.de',
      'images.google.fr',
      'google',
      'Google',
    ],
    ['Gmail', 'mail.google.com', 'com.google.android.gm', 'gmail'],
    ['Google News', 'news.google.com', 'news.google.co.jp', 'com.google.android.apps.magazines'],
    ['Google Docs', 'docs.google.com'],
    ['cloud.google.com', 'cloud.google.com', 'Cloud.Google.com'],
    ['Yahoo', 'fr.search.yahoo.com', 'search.yahoo.co.jp', 'yahoo.com'],
    ['Yahoo Mail', 'mail.yahoo.com', 'us-mg5.mail.yahoo.com'],
    ['Yandex', 'yandex.ru', 'yandex.com.tr', 'ya.ru', 'm.yandex.kz'],
    ['Bing', 'bing.com', 'cn.bing.com', 'bing', 'bing_ads'],
    ['X', 't.co', 'twitter.com', 'mobile.twitter.com', 'x.com', 'twitter', 'Twitter', 'com.twitter.android'],
    ['Facebook', 'l.facebook.com', 'lm.facebook.com', 'm.facebook.com', 'fb.me', 'fb', 'facebook', 'FB_ads'],
    ['Instagram', 'l.instagram.com', 'ig', 'instagram'],
    ['Reddit', 'out.reddit.com', 'old.reddit.com', 'redd.it', 'com.reddit.frontpage'],
    ['LinkedIn', 'lnkd.in', 'linkedin.com', 'de.linkedin.com', 'com.linkedin.android'],
    ['YouTube', 'youtu.be', 'm.youtube.com', 'youtube'],
    ['Hacker News', 'news.ycombinator.com', 'hackernews', 'hacker news'],
    ['Bluesky', 'go.bsky.app', 'bsky.app'],
    ['Pinterest', 'pinterest.co.uk', 'br.pinterest.com', 'pin.it'],
    ['Mastodon', 'mastodon.social', 'fosstodon.org', 'org.joinmastodon.android'],
    ['ChatGPT', 'chatgpt.com', 'chat.openai.com', 'chatgpt'],
    ['Copilot', 'copilot.microsoft.com', 'edgeservices.bing.com'],
    ['Amazon', 'amazon.de', 'smile.amazon.com', 'amazon.com.au'],
    ['AWS', 'us-east-1.console.aws.amazon.com'],
    ['Newsletter', 'newsletter', 'Newsletter'],
    ['Direct', '', '(direct)', 'direct'],
  ] as const) {
    test(`named ${name} is stored as ${texts.join(', ')}`, () => {
      for (const text of texts) assert.equal(sourceName(text), name, text);
    });
  }

  test('on no list is its own text, in lower case', () => {
    for (const text of [
      'blog.example.org',
      'partner x',
      'münchen.example',
      '192.0.2.1',
      '2001:db8::1',
      'ÄÖÜ',
    ]) {
      assert.equal(sourceName(text), text);
    }
    assert.equal(sourceName('Blog.Example.ORG'), 'blog.example.org');
    assert.equal(sourceName('Spring-Sale'), 'spring-sale');
  });

  test('that only resembles a listed one does not match it', () => {
    for (const text of [
      ...['notgoogle.com', 'google.com.evil.example', 'google.evil.com', 'google.com.com', 'xgoogle.de'],
      ...[
        'evil.example/facebook.com',
        'evil.example/a.facebook.com',
        'https://facebook.com/',
        'facebook.com:443',
      ],
      ...[
        'facebook.com.',
        'facebook.com.evil',
        'facebook.commerce',
        'my-facebook.com',
        'face.book.com',
        'com',
      ],
      ...[
        'facebook..com',
        'fb.me.example',
        'xt.co',
        'amazon.xyz',
        'amazon.community',
        'xn--ggle-55da.com',
        'goоgle.com',
      ],
      ...['.com', '..', '*', '.', '.*', ' google.com', 'a_google.com', 'com.google.android.gmx'],
    ]) {
      assert.equal(sourceName(text), text, text);
    }
  });

  test('that is missing is derived from the click id, if the landing page had one', () => {
    assert.equal(sourceName('', 'gclid'), 'Google');
    assert.equal(sourceName('(direct)', 'fbclid'), 'Facebook');
    assert.equal(sourceName('', 'yclid'), 'yclid');
    assert.equal(sourceName('', 'page'), 'Direct');
    assert.equal(sourceName('example.org', 'gclid'), 'example.org');
    assert.equal(sourceName('constructor', 'constructor'), 'constructor');
  });
});

describe('any stored source', () => {
  const text = fc.oneof(
    fc.string({ unit: anyCharacter, maxLength: 60 }),
    fc.constantFrom(...HOSTS),
    fc
      .array(fc.constantFrom('google', 'facebook', 'mail', 'com', 'co', 'uk', '*', '', 'www', 'X', '.', 'é'))
      .map((parts) => parts.join('.')),
  );

  test('has a non-empty name, which maps to itself', () => {
    fc.assert(
      fc.property(text, (source) => {
        const name = sourceName(source);
        assert.notEqual(name, '');
        assert.equal(sourceName(name), name);
        assert.equal(sourceName(source.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())), name);
      }),
      fixed,
    );
  });

  test('of a million characters is named before the test times out', {
    timeout: scaledTimeout(20_000),
  }, () => {
    for (const piece of [
      'a',
      '.',
      'a.',
      '.com',
      '.co',
      '.co.uk',
      'www.',
      'google.',
      '-',
      'A',
      '*',
      '/',
      ' ',
      'é',
    ]) {
      for (const end of ['', '.com', '.co.uk', '!', '.x']) {
        assert.notEqual(sourceName(piece.repeat(2 ** 20 / piece.length) + end), '');
      }
    }
  });
});
