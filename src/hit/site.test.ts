import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { patience } from '../../test/fixtures/patience.ts';
import { Sites, siteName } from './site.ts';

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
    ['for names that are not in ASCII form', ['bücher.example', '😀.com']],
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
    timeout: patience(20_000),
  }, () => {
    for (const piece of ['a', 'a.', '.', ':', '-', '[', ' ', '1:', 'a-']) {
      assert.equal(siteName(piece.repeat(2 ** 22)), '');
    }
  });
});

describe('the sites that are counted', () => {
  test('are all sites if there is no list', () => {
    const sites = new Sites({ max: 10 });
    assert.deepEqual(sites.admit('Example.com:8080'), { site: 'example.com' });
    assert.deepEqual(sites.admit('example.org'), { site: 'example.org' });
  });

  test('are only those on the list, however they are written', () => {
    const sites = new Sites({ allowed: ['Example.com', 'b.example:80', '[::1]'], max: 1 });
    for (const host of ['example.com', 'EXAMPLE.COM.', 'example.com:99']) {
      assert.deepEqual(sites.admit(host), { site: 'example.com' });
    }
    assert.deepEqual(sites.admit('b.example'), { site: 'b.example' });
    assert.deepEqual(sites.admit('[::1]:5000'), { site: '::1' });
    for (const host of ['example.org', 'sub.example.com', 'notexample.com', 'com']) {
      assert.deepEqual(sites.admit(host), { reason: 'site_not_allowed' });
    }
  });

  test('never include an invalid host name, listed or not', () => {
    for (const sites of [new Sites({ max: 10 }), new Sites({ allowed: ['a.com'], max: 10 })]) {
      for (const host of ['', '../etc/passwd', 'a b', '\u0000']) {
        assert.deepEqual(sites.admit(host), { reason: 'invalid' });
      }
    }
  });

  test('are at most the maximum, and the first ones stay', () => {
    const sites = new Sites({ max: 2 });
    sites.admit('a.com');
    sites.admit('b.com');
    assert.deepEqual(sites.admit('c.com'), { reason: 'too_many_sites' });
    assert.deepEqual(sites.admit('a.com'), { site: 'a.com' });
    assert.deepEqual(sites.admit('B.com:80'), { site: 'b.com' });
    assert.deepEqual(sites.admit('c.com'), { reason: 'too_many_sites' });
  });

  test('include those of an earlier run, even if they exceed the maximum', () => {
    const sites = new Sites({ max: 1 });
    sites.remember(['a.com', 'b.com']);
    assert.deepEqual(sites.admit('a.com'), { site: 'a.com' });
    assert.deepEqual(sites.admit('b.com'), { site: 'b.com' });
    assert.deepEqual(sites.admit('c.com'), { reason: 'too_many_sites' });
  });

  test('never exceed the maximum, even if more names are tried than are remembered', () => {
    const sites = new Sites({ max: 3 });
    let admitted = 0;
    for (let i = 0; i < 30_000; i++) if ('site' in sites.admit(`s${i}.example`)) admitted++;
    assert.equal(admitted, 3);
    assert.deepEqual(sites.admit('s0.example'), { site: 's0.example' });
  });
});
