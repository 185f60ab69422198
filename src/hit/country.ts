import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { BlockList, isIP } from 'node:net';
import { type CountryResponse, Reader } from 'maxmind';
import { Memo } from '../cache/memo.ts';
import { ipv4Number } from './address.ts';

const DATABASE = '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb';

/**
 * Private and documentation addresses belong to no country, although the database lists one for some of them because it
 * is built from larger registry blocks. Source: IANA's special-purpose address registries.
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

/** Cache slots for IPv4 addresses. */
const SLOT_BITS = 16;
/** Spreads neighbouring addresses over the slots: 2³² divided by the golden ratio. */
const SPREAD = 0x9e3779b1;

/**
 * Country of an address, from the CC0 database `geo-whois-asn-country`, shipped as a package (8 MB, all in memory).
 *
 * A busy site sees more addresses than a map of strings holds well, so IPv4 addresses are cached as numbers. Each has
 * the one slot that it hashes to, without a search; a later address with the same slot replaces it.
 *
 * @example
 * const countries = await Countries.open();
 * countries.of('8.8.8.8'); // 'US'
 */
export class Countries {
  readonly #reader: Reader<CountryResponse & { country_code?: string }>;
  /** Initially zeros: 0.0.0.0, which correctly has no country. */
  readonly #addresses = new Uint32Array(2 ** SLOT_BITS);
  readonly #countries: string[] = new Array(2 ** SLOT_BITS).fill('');
  readonly #others = new Memo({ most: 10_000, longest: 64 }, (address) => this.#find(address));

  private constructor(database: Buffer) {
    this.#reader = new Reader(database);
  }

  static async open(): Promise<Countries> {
    return new Countries(await readFile(createRequire(import.meta.url).resolve(DATABASE)));
  }

  /** ISO 3166-1 alpha-2 code, or '' for a private or unknown address or a label that is not an address. */
  of(address: string): string {
    const number = ipv4Number(address);
    if (number < 0) return this.#others.of(address);
    const slot = Math.imul(number, SPREAD) >>> (32 - SLOT_BITS);
    if (this.#addresses[slot] !== number) {
      this.#addresses[slot] = number;
      this.#countries[slot] = this.#find(address);
    }
    return this.#countries[slot]!;
  }

  #find(address: string): string {
    const family = isIP(address);
    if (family === 0 || NOWHERE.check(address, family === 4 ? 'ipv4' : 'ipv6')) return '';
    return this.#reader.get(address)?.country_code ?? '';
  }
}
