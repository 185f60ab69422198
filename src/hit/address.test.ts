import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { HitError } from '../errors.ts';
import { canonicalAddress, TrustedProxies } from './address.ts';

const LOOPBACK = new TrustedProxies('loopback');

describe('the client behind proxies', () => {
  test('is the peer if nothing was forwarded', () => {
    assert.equal(LOOPBACK.clientOf('127.0.0.1', undefined), '127.0.0.1');
    assert.equal(LOOPBACK.clientOf('127.0.0.1', ''), '127.0.0.1');
    assert.equal(LOOPBACK.clientOf('198.51.100.4', undefined), '198.51.100.4');
  });

  test('is the peer, whatever an untrusted peer forwards', () => {
    for (const forwarded of ['203.0.113.7', '127.0.0.1', '111', ', ,', '127.0.0.1, 203.0.113.7']) {
      assert.equal(LOOPBACK.clientOf('198.51.100.4', forwarded), '198.51.100.4');
      assert.equal(new TrustedProxies('none').clientOf('127.0.0.1', forwarded), '127.0.0.1');
    }
  });

  test('is the first untrusted address from the right, so entries that a client adds are ignored', () => {
    const proxies = new TrustedProxies('loopback, 10.0.0.0/8');
    for (const [forwarded, client] of [
      ['203.0.113.7', '203.0.113.7'],
      ['203.0.113.7, 127.0.0.1', '203.0.113.7'],
      ['203.0.113.7, 10.1.1.1, 10.2.2.2', '203.0.113.7'],
      ['1.1.1.1, 203.0.113.7, 10.1.1.1', '203.0.113.7'],
      ['127.0.0.1, 203.0.113.7', '203.0.113.7'],
      ['10.9.9.9, spoofed, 203.0.113.7, 10.1.1.1', '203.0.113.7'],
    ] as const) {
      assert.equal(proxies.clientOf('127.0.0.1', forwarded), client, forwarded);
    }
  });

  test('is the outermost proxy if all are trusted', () => {
    assert.equal(LOOPBACK.clientOf('127.0.0.1', '127.0.0.3, 127.0.0.2'), '127.0.0.3');
  });

  test('is an opaque label if the header has no address', () => {
    for (const label of ['111', 'unknown', '_hidden', 'User 7', '999.1.1.1', '1.2.3', '100%']) {
      assert.equal(LOOPBACK.clientOf('127.0.0.1', label), label);
      assert.equal(LOOPBACK.clientOf('127.0.0.1', `203.0.113.7, ${label}, 127.0.0.1`), label);
    }
  });

  test('distinguishes labels that differ only in case', () => {
    assert.notEqual(LOOPBACK.clientOf('::1', 'Ann'), LOOPBACK.clientOf('::1', 'ann'));
  });

  test('is not hidden by empty entries', () => {
    for (const forwarded of [
      '203.0.113.7,',
      ',203.0.113.7',
      ' , ,203.0.113.7, ,, ',
      '203.0.113.7,,127.0.0.1',
    ]) {
      assert.equal(LOOPBACK.clientOf('127.0.0.1', forwarded), '203.0.113.7', forwarded);
    }
    for (const nothing of [',', ' ', ',,,', ' , ']) {
      assert.equal(LOOPBACK.clientOf('127.0.0.1', nothing), '127.0.0.1');
    }
  });

  test('is found behind a proxy on IPv6, and on IPv4 inside IPv6', () => {
    for (const peer of ['::1', '::ffff:127.0.0.1', '::FFFF:127.0.0.1']) {
      assert.equal(LOOPBACK.clientOf(peer, '203.0.113.7'), '203.0.113.7', peer);
    }
    assert.equal(new TrustedProxies('::ffff:10.0.0.5').clientOf('10.0.0.5', '203.0.113.7'), '203.0.113.7');
  });

  test('is the same with and without the port that some proxies add', () => {
    for (const forwarded of [
      '203.0.113.7:4711',
      '203.0.113.7:4711, 127.0.0.1:80',
      '[::ffff:203.0.113.7]:4711',
    ]) {
      assert.equal(LOOPBACK.clientOf('127.0.0.1', forwarded), '203.0.113.7', forwarded);
    }
    assert.equal(LOOPBACK.clientOf('127.0.0.1', '[2001:db8::7]:4711, [::1]:80'), '2001:db8::7');
  });

  test('is found in a header of a million characters before the test runs out of time', {
    timeout: scaledTimeout(20_000),
  }, () => {
    // Quadratic work on a million entries would take hours.
    for (const piece of ['127.0.0.1,', ',', ' ', 'x', '[', ':', '%', 'label,']) {
      const long = piece.repeat(2 ** 20 / piece.length);
      LOOPBACK.clientOf('127.0.0.1', long);
      LOOPBACK.clientOf('127.0.0.1', `${long},127.0.0.1`);
      LOOPBACK.clientOf('198.51.100.4', long);
    }
    assert.equal(LOOPBACK.clientOf('127.0.0.1', `203.0.113.7${',127.0.0.1'.repeat(1000)}`), '203.0.113.7');
  });

  test('has a label of at most 64 characters', () => {
    assert.equal(LOOPBACK.clientOf('127.0.0.1', 'x'.repeat(10_000)), 'x'.repeat(64));
  });
});

describe('the canonical address', () => {
  for (const [text, address] of [
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7:80', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:203.0.113.7', '203.0.113.7'],
    ['::ffff:cb00:7107', '203.0.113.7'],
    ['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7'],
    ['2001:DB8::7', '2001:db8::7'],
    ['2001:db8:0:0:0:0:0:7', '2001:db8::7'],
    ['2001:0db8::0007', '2001:db8::7'],
    ['[2001:db8::7]', '2001:db8::7'],
    ['[2001:db8::7]:80', '2001:db8::7'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%25eth0]:80', 'fe80::1'],
    ['::', '::'],
    ['::1', '::1'],
  ] as const) {
    test(`of ${text} is ${address}`, () => assert.equal(canonicalAddress(text), address));
  }

  test('of text that is not an address is the text itself', () => {
    for (const text of [
      '',
      '111',
      '[',
      ']',
      '[]',
      '[::1',
      '::g',
      'Host.example:80',
      '%',
      'a%b',
      ':80',
      '1.2.3.4.5',
    ]) {
      assert.equal(canonicalAddress(text), text);
    }
  });
});

describe('the setting of trusted proxies', () => {
  for (const [setting, trusted, untrusted] of [
    ['loopback', ['127.0.0.1', '127.9.9.9', '::1'], ['10.0.0.1', '128.0.0.1', '::2', 'label']],
    [
      'private',
      [
        '127.0.0.1',
        '10.1.1.1',
        '172.16.0.1',
        '172.31.255.255',
        '192.168.9.9',
        'fd00::1',
        'fe80::1',
        '169.254.0.1',
      ],
      ['11.0.0.1', '172.32.0.1', '192.169.0.1', '8.8.8.8', '2001:db8::1'],
    ],
    ['none', [], ['127.0.0.1', '::1', '10.0.0.1']],
    ['10.1.2.3', ['10.1.2.3'], ['10.1.2.4', '127.0.0.1']],
    ['10.0.0.0/8,2001:db8::/32', ['10.255.1.1', '2001:db8:ffff::1'], ['11.0.0.1', '2001:db9::1']],
    ['10.1.2.3/8', ['10.9.9.9'], ['11.0.0.1']],
    ['0.0.0.0/0', ['8.8.8.8', '127.0.0.1'], ['2001:db8::1']],
    ['::/0', ['2001:db8::1'], ['label']],
    [' loopback , 192.0.2.0/24 ', ['127.0.0.1', '192.0.2.200'], ['192.0.3.1']],
  ] as const) {
    test(`"${setting}" trusts exactly those`, () => {
      const proxies = new TrustedProxies(setting);
      for (const address of trusted) assert.equal(proxies.trusts(address), true, address);
      for (const address of untrusted) assert.equal(proxies.trusts(address), false, address);
    });
  }

  const malformed = [
    '',
    ',',
    'loopback,',
    'everyone',
    'example.com',
    '[::1]',
    '/8',
    '10.0.0/8',
    '10.0.0.0 /8',
  ];
  const badPrefixes = ['/33', '/', '/-1', '/8/9', '/x', '/8x', '/1e1', '/0x8', '/1000'];
  for (const setting of [...malformed, ...badPrefixes.map((prefix) => `10.0.0.0${prefix}`), '::/129']) {
    test(`"${setting}" is refused, and the invalid entry is named`, () => {
      assert.throws(
        () => new TrustedProxies(setting),
        (error) => {
          assert.ok(error instanceof HitError);
          assert.equal(error.exitCode, 2);
          assert.match(
            error.message,
            /^--trust-proxy: ".*" is neither loopback, private, none, an address nor a CIDR/,
          );
          return true;
        },
      );
    });
  }

  test('names the invalid entry of a list', () => {
    assert.throws(() => new TrustedProxies('loopback,10.0.0.0/8,10.0.0.300'), /"10\.0\.0\.300"/);
  });
});
