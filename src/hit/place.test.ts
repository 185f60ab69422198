import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { cityRecord, geoDatabase } from '../../test/fixtures/geo-database.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { Places } from './place.ts';

describe('countries of addresses', () => {
  let places: Places;
  before(async () => {
    places = await Places.open();
  });

  test('of well-known addresses are found, in IPv4 and IPv6', () => {
    assert.equal(places.of('8.8.8.8').country, 'US');
    assert.equal(places.of('2001:4860:4860::8888').country, 'US');
    assert.equal(places.of('193.0.6.139').country, 'NL');
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
      assert.equal(places.of(address).country, '', address);
    }
  });

  test('of addresses that share cache slots are correct, however often they are looked up', async () => {
    const fresh = await Places.open();
    const addresses = Array.from({ length: 100_000 }, (_, i) => `${1 + (i % 223)}.${i % 251}.${i % 241}.7`);
    const found = addresses.map((address) => fresh.of(address).country);
    for (let i = 0; i < addresses.length; i += 997) assert.equal(places.of(addresses[i]!).country, found[i]);
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
      assert.equal(places.of(label).country, '', label.slice(0, 20));
    }
  });
});

/** Has the same cache slot as 8.8.8.8. */
const SAME_SLOT = '16.0.230.128';

describe('a database of cities', () => {
  const networks = [
    ['8.8.8.0/24', cityRecord('US', 'CA', 'Mountain View')],
    // DB-IP's free database names regions, but has no codes of them.
    [
      '193.0.6.0/24',
      {
        ...(cityRecord('NL', '', 'Amsterdam') as object),
        subdivisions: [{ names: { en: 'North Holland' } }],
      },
    ],
    ['1.1.1.0/24', cityRecord('AU', '', '')],
    ['9.9.9.0/24', cityRecord('CH', "'; DROP", 'Zürich\u0000\u001b[31m')],
    ['10.0.0.0/8', cityRecord('XX', 'X', 'Nowhere')],
  ] as const;

  test('tells regions and cities; what it does not know is told by the countries', async (t) => {
    const file = join(temporaryFolder(t), 'cities.mmdb');
    writeFileSync(file, geoDatabase(networks));
    const places = await Places.open(file);
    for (let twice = 0; twice < 2; twice++) {
      assert.deepEqual(places.of('8.8.8.8'), { country: 'US', region: 'US-CA', city: 'Mountain View' });
      assert.deepEqual(places.of('193.0.6.139'), { country: 'NL', region: '', city: 'Amsterdam' });
      assert.deepEqual(places.of('1.1.1.1'), { country: 'AU', region: '', city: '' });
      assert.deepEqual(places.of('9.9.9.9'), { country: 'CH', region: '', city: 'Zürich [31m' });
      assert.deepEqual(places.of('2.0.17.1').city, '');
      assert.deepEqual(places.of('8.8.4.4'), { country: 'US', region: '', city: '' });
      assert.deepEqual(places.of('10.1.2.3'), { country: '', region: '', city: '' });
    }
  });

  test('of IPv4 addresses has no IPv6 addresses', async (t) => {
    const file = join(temporaryFolder(t), 'cities.mmdb');
    // 0x2a, 0x02, 0x81, 0x09: the first bytes of the address below.
    writeFileSync(file, geoDatabase([['42.2.129.0/24', cityRecord('HK', 'X', 'Hong Kong')]]));
    const places = await Places.open(file);
    assert.equal(places.of('42.2.129.9').city, 'Hong Kong');
    assert.deepEqual(places.of('2a02:8109::1'), { country: 'DE', region: '', city: '' });
  });

  test('that is damaged at an address has only a country there, and not the place of another one', async (t) => {
    const file = join(temporaryFolder(t), 'cities.mmdb');
    const good = cityRecord('US', 'CA', 'Mountain View');
    const bytes = geoDatabase([
      ['8.8.8.8/32', good],
      [`${SAME_SLOT}/32`, cityRecord('NL', 'NH', 'Amsterdam')],
    ]);
    // The record is no longer a map, but of a type that does not exist.
    bytes.writeUInt8(0, bytes.lastIndexOf('country', bytes.indexOf('Amsterdam')) - 2);
    bytes.writeUInt8(255, bytes.lastIndexOf('country', bytes.indexOf('Amsterdam')) - 1);
    writeFileSync(file, bytes);
    const places = await Places.open(file);
    for (let twice = 0; twice < 2; twice++) {
      assert.equal(places.of('8.8.8.8').city, 'Mountain View');
      assert.deepEqual(places.of(SAME_SLOT), { country: 'US', region: '', city: '' });
    }
  });

  test('that is none is refused, with what to do', async (t) => {
    const folder = temporaryFolder(t);
    const [text, countries] = [join(folder, 'text.mmdb'), join(folder, 'countries.mmdb')];
    writeFileSync(text, 'not a database');
    writeFileSync(countries, geoDatabase(networks, 'GeoLite2-Country'));
    const refused = (message: RegExp) => ({ code: 'bad_setting', message });
    await assert.rejects(
      Places.open(join(folder, 'missing.mmdb')),
      refused(/missing\.mmdb cannot be read: ENOENT/),
    );
    await assert.rejects(Places.open(text), refused(/text\.mmdb cannot be read/));
    await assert.rejects(
      Places.open(countries),
      refused(/of type GeoLite2-Country: name a database of cities/),
    );
  });
});
