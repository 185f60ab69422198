import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { anyCharacter } from '../../test/fixtures/any-character.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { agentOf } from './agent.ts';
import { hex64 } from './hash.ts';
import { isUnclean } from './text.ts';

const WEBKIT = 'AppleWebKit/605.1.15 (KHTML, like Gecko)';
const ENGINE = 'AppleWebKit/537.36 (KHTML, like Gecko)';
const BLINK = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0';

describe('a person’s browser', () => {
  for (const [userAgent, browser, os, device] of [
    [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${BLINK} Safari/537.36`, 'Chrome', 'Windows', 'desktop'],
    [
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${BLINK} Safari/537.36 Edg/131.0.0.0`,
      'Microsoft Edge',
      'Windows',
      'desktop',
    ],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0', 'Firefox', 'Linux', 'desktop'],
    [
      `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${WEBKIT} Version/18.1 Safari/605.1.15`,
      'Safari',
      'macOS',
      'desktop',
    ],
    [
      `Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) ${WEBKIT} Version/18.1 Mobile/15E148 Safari/604.1`,
      'Safari',
      'iOS',
      'mobile',
    ],
    // A browser inside an app, without a browser name.
    [
      `Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) ${WEBKIT} Mobile/15E148`,
      'Safari',
      'iOS',
      'mobile',
    ],
    [`Mozilla/5.0 (Linux; Android 10; K) ${BLINK} Mobile Safari/537.36`, 'Chrome', 'Android', 'mobile'],
    [
      `Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) ${WEBKIT} Version/17.0 Safari/605.1`,
      'Safari',
      'iOS',
      'tablet',
    ],
    [
      'Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/538.1 (KHTML, like Gecko) Version/6.0 TV Safari/538.1',
      'Tizen',
      'Tizen',
      'tv',
    ],
    ['Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1)', 'Internet Explorer', 'Windows', 'desktop'],
  ] as const) {
    test(`${browser} on ${os}, ${device}, is recognized, and is not a bot`, () => {
      const { bot, browser: name, os: system, device: kind } = agentOf(userAgent);
      assert.deepEqual([bot, name, system, kind], ['', browser, os, device]);
    });
  }

  for (const [os, version, osVersion] of [
    ['Windows NT 10.0; Win64; x64', '131.0.0.0', '10'],
    ['Windows NT 6.3; Win64; x64', '109.0.5414.120', '8.1'],
    ['Windows NT 5.1', '49.0.2623.112', 'XP'],
    ['Windows NT 99.0', '131.0', ''],
    ['Macintosh; Intel Mac OS X 10_15_7', '131.0.0.0', '10.15'],
    ['Macintosh; Intel Mac OS X 14_4', '131.0.0.0', '14'],
    ['Linux; Android 8.1.0; SM', '80.0.0.0', '8'],
    ['Linux; Android 14; Pixel 8', '131.0.0.0', '14'],
    ['X11; Linux x86_64', '131.0.0.0', ''],
  ] as const) {
    test(`of version ${version} on ${os} has major versions only`, () => {
      const agent = agentOf(`Mozilla/5.0 (${os}) ${ENGINE} Chrome/${version} Safari/537.36`);
      assert.deepEqual([agent.browserVersion, agent.osVersion], [version.split('.')[0], osVersion]);
    });
  }

  test('may say anything of its versions, of which only short numbers are kept', () => {
    for (const version of ['9'.repeat(50), '<b>', 'x1', '-1', "1'; DROP", '١٢']) {
      for (const os of [`Android ${version}`, `Windows NT ${version}`, `Mac OS X ${version}`]) {
        const agent = agentOf(`Mozilla/5.0 (X; ${os}) ${ENGINE} Chrome/${version} Safari/537.36`);
        assert.match(agent.browserVersion, /^\d{0,6}$/);
        assert.match(agent.osVersion, /^(?:\d{0,6}|10\.\d{1,2})$/);
      }
    }
  });
});

test('agents have distinct digests, even if they differ only beyond the parsed part', () => {
  const long = 'x'.repeat(2000);
  const digests = ['', '-', 'a', `${long}a`, `${long}b`].map((text) => {
    const { high, low } = agentOf(text).digest;
    return hex64(high, low);
  });
  assert.equal(new Set(digests).size, digests.length);
  assert.deepEqual(agentOf(`${long}a`).digest, agentOf(`${long}a`).digest);
});

describe('a bot', () => {
  for (const [userAgent, bot] of [
    ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', 'Googlebot'],
    ['Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)', 'bingbot'],
    [`Mozilla/5.0 ${BLINK.slice(0, 42)}; compatible; GPTBot/1.2; +https://openai.com/gptbot`, 'GPTBot'],
    ['Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)', 'AhrefsBot'],
    ['Baiduspider+(+http://www.baidu.com/search/spider.htm)', 'Baiduspider'],
    ['curl/8.11.0', 'curl'],
    ['curl/7.68.0', 'curl'],
    ['python-requests/2.32.3', 'python-requests'],
    ['Go-http-client/1.1', 'Go-http-client'],
    ['Wget/1.21.2', 'Wget'],
    [`Mozilla/5.0 (X11; Linux x86_64) ${BLINK.replace('Chrome', 'HeadlessChrome')}`, 'HeadlessChrome'],
    // isbot knows these by what all of them say: an address, or no browser after "Mozilla".
    ['Mozilla/5.0 (compatible; YandexImages/3.0; +http://yandex.com/bots)', 'YandexImages'],
    ['Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)', 'Yahoo! Slurp'],
    ['Mozilla/5.0 (compatible; Amzn-SearchBot/0.1)', 'Amzn-SearchBot'],
    ['Mozilla/5.0 (compatible; SISTRIX Crawler; http://crawler.sistrix.net/)', 'SISTRIX Crawler'],
    ['Scrapy/2.11 (+https://scrapy.org)', 'Scrapy'],
    ['Mozilla/5.0 Checkly/1.0 (https://www.checklyhq.com)', 'Checkly'],
    ['Mozilla/4.0 (compatible; MSIE 6.0; http://example.com/)', 'http'],
    ['', '(no user agent)'],
    ['-', '(no user agent)'],
  ] as const) {
    test(`with the agent "${userAgent.slice(0, 60)}" is named ${bot}, whatever its version`, () => {
      assert.equal(agentOf(userAgent).bot, bot);
    });
  }
});

describe('any agent', () => {
  const word = fc.constantFrom(
    'Mozilla/5.0 ',
    'bot',
    '(',
    ')',
    '/',
    ' ',
    '; ',
    'Chrome/1',
    'http',
    'iPhone',
    '\n',
    'é',
  );
  const userAgent = fc.oneof(
    fc.string({ unit: anyCharacter, maxLength: 200 }),
    fc.array(word, { maxLength: 40 }).map((words) => words.join('')),
  );

  test('has names of clean text of at most 60 characters, and only bots are named as bots', () => {
    fc.assert(
      fc.property(userAgent, (text) => {
        const { digest: _, ...agent } = agentOf(text);
        for (const name of Object.values(agent)) {
          assert.ok(name.length <= 60 && !isUnclean(name), JSON.stringify(agent));
        }
        assert.ok(['', 'desktop', 'mobile', 'tablet', 'tv'].includes(agent.device), agent.device);
      }),
      { seed: 11, numRuns: rounds(2000, 500) },
    );
  });

  test('never has brackets, slashes or control characters in the browser’s name', () => {
    for (const text of [
      'x\u0000y/1.0 (foo',
      'a/b/c (d) e/f (g',
      '\u001b[31m/1 (',
      '\ud800/1 (x)',
      '<script>/1 (x)',
    ]) {
      assert.equal(agentOf(text).browser, '', JSON.stringify(text));
    }
    assert.equal(agentOf('MyApp/3.1 (iPhone; iOS 18.1)').browser, 'MyApp');
  });

  test('of megabytes is parsed before the test times out', { timeout: scaledTimeout(20_000) }, () => {
    const pieces = [
      'a',
      '/',
      '/ (',
      '(',
      ' ',
      '\n',
      '1',
      'bot',
      'iphone os ',
      'android ',
      'Version/',
      '(compatible; ',
      '.-',
    ];
    for (const piece of pieces) {
      for (const first of ['', 'Mozilla/5.0 (', 'bot ', '('])
        agentOf(first + piece.repeat(2 ** 22 / piece.length));
    }
  });
});
