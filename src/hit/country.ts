import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { BlockList, isIP } from 'node:net';
import { type CountryResponse, Reader } from 'maxmind';
import { Memo } from './memo.ts';

const DATABASE = '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb';

/**
 * Addresses of private networks and of documentation are in no country, though the database, made from what registries
 * say of larger blocks, has one for some of them. Source: IANA's special-purpose address registries.
 */
const NOWHERE = new BlockList();
for (const [network, bits] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['192.0.2.0', 24],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
] as const) {
  NOWHERE.addSubnet(network, bits, 'ipv4');
}
for (const [network, bits] of [
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
  ['2001:db8::', 32],
] as const) {
  NOWHERE.addSubnet(network, bits, 'ipv6');
}

/**
 * Country of an address, from the CC0 database `geo-whois-asn-country` that comes as a package (8 MB, all in memory).
 *
 * @example
 * const countries = await Countries.open();
 * countries.of('8.8.8.8'); // 'US'
 */
export class Countries {
  readonly #reader: Reader<CountryResponse & { country_code?: string }>;
  readonly #known = new Memo({ most: 50_000, longest: 64 }, (address) => {
    const family = isIP(address);
    if (family === 0 || NOWHERE.check(address, family === 4 ? 'ipv4' : 'ipv6')) return '';
    return this.#reader.get(address)?.country_code ?? '';
  });

  private constructor(database: Buffer) {
    this.#reader = new Reader(database);
  }

  static async open(): Promise<Countries> {
    return new Countries(await readFile(createRequire(import.meta.url).resolve(DATABASE)));
  }

  /** ISO 3166-1 alpha-2 code, or '' for a private or unknown address or a label that is none. */
  of(address: string): string {
    return this.#known.of(address);
  }
}
