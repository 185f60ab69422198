/** The addresses of Node's `net`, which is in C++, are the reference. */
import assert from 'node:assert/strict';
import { BlockList, isIPv4 as isNodeIPv4, isIPv6 as isNodeIPv6, SocketAddress } from 'node:net';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { rounds } from '../../test/fixtures/rounds.ts';
import { ipv4Number, ipv6Groups, ipv6Text, isIPv4, isIPv6, isWithin, parseNetwork } from './ip-address.ts';

const ipv4 = fc.oneof(
  fc.ipV4(),
  fc.array(fc.nat(300), { maxLength: 6 }).map((parts) => parts.join('.')),
  fc.string({ unit: fc.constantFrom(...'0125. '), maxLength: 16 }),
);
/** Zeros and few values, so that addresses are shortened in all ways. */
const group = fc.constantFrom('0', '0', '0', '1', 'ab', 'FFFF', 'ffff', '0c0');
const full = fc.array(group, { minLength: 8, maxLength: 8 }).map((groups) => groups.join(':'));
const ipv6 = fc.oneof(
  full,
  fc.ipV6(),
  fc.tuple(fc.array(group, { maxLength: 7 }), fc.array(group, { maxLength: 7 })).map(join),
  fc.tuple(fc.array(group, { maxLength: 6 }), fc.ipV4()).map(([head, tail]) => join([head, [tail]])),
  fc
    .tuple(fc.constantFrom('::', '::ffff:', '0:0:0:0:0:0:', '64:ff9b::'), ipv4)
    .map((parts) => parts.join('')),
  fc.string({ unit: fc.constantFrom(...'01fFg::.%[]/ '), maxLength: 24 }),
);

function join([head, tail]: [readonly string[], readonly string[]]): string {
  return `${head.join(':')}::${tail.join(':')}`;
}

/** Zones are cut off before an address is read. */
function isIPv6Address(text: string): boolean {
  return isNodeIPv6(text) && !text.includes('%');
}

describe('an IPv4 address', () => {
  test('is a number exactly if it is valid', () => {
    fc.assert(
      fc.property(ipv4, (text) => {
        const number = text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
        assert.equal(ipv4Number(text), isNodeIPv4(text) ? number : -1);
        assert.equal(isIPv4(text), isNodeIPv4(text));
      }),
      { seed: 51, numRuns: rounds(5000, 1000) },
    );
    assert.equal(ipv4Number('255.255.255.255'), 2 ** 32 - 1);
  });
});

describe('an IPv6 address', () => {
  test('is recognized exactly if it is valid', () => {
    fc.assert(
      fc.property(ipv6, (text) => assert.equal(isIPv6(text), isIPv6Address(text), text)),
      { seed: 52, numRuns: rounds(20_000, 3000) },
    );
  });

  test('has one spelling, that of inet_ntop', () => {
    let count = 0;
    fc.assert(
      fc.property(ipv6, (text) => {
        if (!isIPv6Address(text)) return;
        count++;
        const { address } = new SocketAddress({ address: text, family: 'ipv6' });
        assert.equal(ipv6Text(ipv6Groups(text)!), address, text);
      }),
      { seed: 53, numRuns: rounds(20_000, 3000) },
    );
    assert.ok(count > 1000, `${count} addresses`);
  });
});

describe('a network', () => {
  const address = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    full,
    fc.constantFrom('10.0.0.1', '10.9.0.1', '::ffff:10.0.0.1'),
  );
  const bits = fc.nat(128);

  test('contains exactly the addresses with its first bits', () => {
    const counts = { within: 0, outside: 0 };
    fc.assert(
      fc.property(address, bits, address, bits, (base, drawnBits, drawn, kept) => {
        const isV4 = isNodeIPv4(base);
        const prefix = isV4 ? drawnBits % 33 : drawnBits;
        const other = isNodeIPv4(drawn) === isV4 && !isV4 ? near(base, drawn, kept) : drawn;
        const list = new BlockList();
        list.addSubnet(base, prefix, isV4 ? 'ipv4' : 'ipv6');
        const expected = list.check(other, isNodeIPv4(other) ? 'ipv4' : 'ipv6');
        counts[expected ? 'within' : 'outside']++;
        assert.equal(
          isWithin(other, parseNetwork(`${base}/${prefix}`)!),
          expected,
          `${other} ${base}/${prefix}`,
        );
      }),
      { seed: 54, numRuns: rounds(10_000, 2000) },
    );
    assert.ok(counts.within > 500 && counts.outside > 500, JSON.stringify(counts));
  });

  /** The address with the first bits of one and the rest of another. */
  function near(one: string, other: string, bits: number): string {
    const mask = ((1n << BigInt(bits)) - 1n) << BigInt(128 - bits);
    const number = (numberOf(one) & mask) | (numberOf(other) & ~mask);
    return number.toString(16).padStart(32, '0').match(/.{4}/g)!.join(':');
  }

  function numberOf(text: string): bigint {
    return ipv6Groups(text)!.reduce((sum, each) => (sum << 16n) | BigInt(each), 0n);
  }

  test('is not another text', () => {
    for (const text of [
      '',
      '/8',
      '10.0.0.0/33',
      '::/129',
      '10.0.0.0/',
      '10.0.0.0/x',
      'a',
      '[::1]',
      '::1%eth0',
    ])
      assert.equal(parseNetwork(text), undefined, text);
    assert.equal(isWithin('label', parseNetwork('::/0')!), false);
  });
});
