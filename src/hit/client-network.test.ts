import assert from 'node:assert/strict';
import { BlockList, isIPv4 } from 'node:net';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { canonicalAddress } from './address.ts';
import { ClientNetworks } from './client-network.ts';

describe('the network of a client', () => {
  test('is the /64 of an IPv6 address, and anything else itself', () => {
    const networks = new ClientNetworks();
    for (const [client, network] of [
      ['2001:db8:0:7::1', '2001:db8:0:7::/64'],
      ['2001:db8::7', '2001:db8:0:0::/64'],
      ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
      ['::1', '0:0:0:0::/64'],
      ['1::', '1:0:0:0::/64'],
      ['203.0.113.7', '203.0.113.7'],
      ['64:ff9b::cb00:7107', '64:ff9b::cb00:7107'],
      ['label', 'label'],
      ['a:label', 'a:label'],
      ['', ''],
    ])
      assert.equal(networks.of(client!), network);
  });

  test('has the length of its prefix', () => {
    const address = '2001:db8:12ab:34ff:56ff:78ff:9aff:bcff';
    for (const [prefix, network] of [
      [32, '2001:db8:0:0::/32'],
      [48, '2001:db8:12ab:0::/48'],
      [52, '2001:db8:12ab:3000::/52'],
      [56, '2001:db8:12ab:3400::/56'],
      [72, '2001:db8:12ab:34ff:5600::/72'],
      [128, `${address}/128`],
    ] as const)
      assert.equal(new ClientNetworks(prefix).of(address), network);
  });

  test('is that of another IPv6 address if and only if their first bits are equal', () => {
    // Zeros and few values, so that addresses are shortened in all ways, and networks are often equal.
    const group = fc.constantFrom('0', '0', '0', '1', 'ab', 'ff01');
    const address = fc.array(group, { minLength: 8, maxLength: 8 }).map((groups) => groups.join(':'));
    const prefix = fc.oneof(fc.constant(64), fc.integer({ min: 32, max: 128 }));
    fc.assert(
      fc.property(address, address, fc.integer({ min: 2, max: 8 }), prefix, (some, drawn, same, bits) => {
        const other = [...some.split(':').slice(0, same), ...drawn.split(':').slice(same)].join(':');
        const list = new BlockList();
        list.addSubnet(some, bits, 'ipv6');
        const networks = new ClientNetworks(bits);
        const isSame = networks.of(canonicalAddress(some)) === networks.of(canonicalAddress(other));
        const isMapped = [some, other].some((each) => isIPv4(canonicalAddress(each)));
        if (!isMapped) assert.equal(isSame, list.check(other, 'ipv6'), `${some} ${other} /${bits}`);
      }),
      { seed: 64, numRuns: 4000 },
    );
  });
});
