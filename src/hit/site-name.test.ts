import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { siteName } from './site-name.ts';

describe('the site of a host', () => {
  for (const [host, site] of [
    ['example.com', 'example.com'],
    ['Example.COM', 'example.com'],
    ['example.com:8080', 'example.com'],
    ['example.com.', 'example.com'],
    ['EXAMPLE.com.:443', 'example.com'],
    [' example.com ', 'example.com'],
    ['localhost', 'localhost'],
    ['localhost:5000', 'localhost'],
    ['my_app.internal', 'my_app.internal'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['BÜCHER.example.:443', 'xn--bcher-kva.example'],
    ['متجر.example', 'xn--pgbep1f.example'],
    ['例え.jp', 'xn--r8jz45g.jp'],
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:80', '192.0.2.1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:DB8::1]:8080', '2001:db8::1'],
    ['2001:db8::1', '2001:db8::1'],
    ['::1', '::1'],
    [`${'a.'.repeat(126)}a`, `${'a.'.repeat(126)}a`],
  ] as const) {
    test(`${host.slice(0, 30)} is ${site.slice(0, 30)}`, () => assert.equal(siteName(host), site));
  }

  for (const [what, hosts] of [
    ['for punctuation', ['', ' ', '.', '..', ':', ':80', '-', '*', '[', '[]', '[..]', ':::']],
    [
      'for labels that are empty, too long or begin with a dash',
      ['-a.com', 'a..b', '.a', 'a.com..', 'x'.repeat(64)],
    ],
    [
      'for URLs and their parts',
      ['http://a.com', 'a.com/', 'user@a.com', 'a.com?b', 'a.com:80:80', 'a.com:x'],
    ],
    ['for paths', ['../etc/passwd', 'a/b', 'a\\b', '%2e%2e']],
    ['for texts that would break out of markup or SQL', ['<b>', "a'b", 'a"b', '{a}', 'a b', 'a;b']],
    ['for control characters and lone surrogates', ['a\u0000b', 'a\nb', 'a\u001b[31m', '\ud800']],
    [
      'for URLs, paths and markup in names that are not ASCII',
      [
        'ä/b',
        'ä.example/path',
        'http://ä.example',
        'ä?b',
        'ä#b',
        'ä@b',
        'ä b',
        'ä<b>',
        'ä%2fb',
        'ä\\b',
        'ä／b',
        'ä\u0000b',
      ],
    ],
    [
      'for names whose ASCII form is no host name',
      [
        '\u00ad',
        'ä..b',
        'xn--ä.example',
        `${'ä'.repeat(63)}.example`,
        `${'ä.'.repeat(126)}a`,
        'ä\ud800.example',
      ],
    ],
    [
      'for what only looks like IPv6',
      ['[::1', '::1]', '[123]', '[::g]', '[::1%eth0]', 'fe80::1%eth0', 'a:b:c'],
    ],
    ['for more than 253 characters', [`${'a.'.repeat(127)}a`, 'a.'.repeat(5000)]],
  ] as const) {
    test(`is empty ${what}`, () => {
      for (const host of hosts) assert.equal(siteName(host), '', JSON.stringify(host));
    });
  }

  test('is found in a host of megabytes before the test times out', {
    timeout: scaledTimeout(20_000),
  }, () => {
    for (const piece of ['a', 'a.', '.', ':', '-', '[', ' ', '1:', 'a-']) {
      assert.equal(siteName(piece.repeat(2 ** 22)), '');
    }
  });
});
