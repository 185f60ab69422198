import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { Countries } from './country.ts';

describe('countries', () => {
  let countries: Countries;
  before(async () => {
    countries = await Countries.open();
  });

  test('of well-known addresses are found, in IPv4 and IPv6', () => {
    assert.equal(countries.of('8.8.8.8'), 'US');
    assert.equal(countries.of('2001:4860:4860::8888'), 'US');
    assert.equal(countries.of('193.0.6.139'), 'NL');
  });

  test('of private and documentation networks are unknown', () => {
    const local = [
      '127.0.0.1',
      '10.1.2.3',
      '172.17.0.1',
      '192.168.1.1',
      '169.254.1.1',
      '100.64.0.1',
      '0.0.0.0',
    ];
    const documentation = ['192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1'];
    for (const address of [...local, ...documentation, '::1', '::', 'fe80::1', 'fd00::1']) {
      assert.equal(countries.of(address), '', address);
    }
  });

  test('of addresses that share cache slots are correct, however often they are looked up', async () => {
    const fresh = await Countries.open();
    const addresses = Array.from({ length: 300_000 }, (_, i) => `${1 + (i % 223)}.${i % 251}.${i % 241}.7`);
    const found = addresses.map((address) => fresh.of(address));
    for (let i = 0; i < addresses.length; i += 997) assert.equal(countries.of(addresses[i]!), found[i]);
    assert.ok(new Set(found).size > 100);
  });

  test('of anything that is not an address are unknown', () => {
    for (const label of [
      '',
      '111',
      'unknown',
      'crawl.example.com',
      '8.8.8',
      '8.8.8.8.8',
      '😀',
      '8'.repeat(10_000),
    ]) {
      assert.equal(countries.of(label), '', label.slice(0, 20));
    }
  });
});
