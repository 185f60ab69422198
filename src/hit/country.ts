import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { isIP } from 'node:net';
import { type CountryResponse, Reader } from 'maxmind';
import { Memo } from './memo.ts';

const DATABASE = '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb';

/**
 * Country of an address, from the CC0 database `geo-whois-asn-country` that comes as a package (8 MB, all in memory).
 *
 * @example
 * const countries = await Countries.open();
 * countries.of('8.8.8.8'); // 'US'
 */
export class Countries {
  readonly #reader: Reader<CountryResponse & { country_code?: string }>;
  readonly #known = new Memo({ most: 50_000, longest: 64 }, (address) =>
    isIP(address) === 0 ? '' : (this.#reader.get(address)?.country_code ?? ''),
  );

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
