import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { BlockList, isIP } from 'node:net';
import { type CityResponse, type CountryResponse, Reader } from 'maxmind';
import { Memo } from '../cache/memo.ts';
import { HitError, messageOf } from '../errors.ts';
import { ipv4Number } from './ip-address.ts';
import { normalized } from './text.ts';

/** Where an address is, as far as known: else ''. */
export interface Place {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** ISO 3166-2: `US-CA`. */
  readonly region: string;
  /** English name. */
  readonly city: string;
}

const UNKNOWN: Place = { country: '', region: '', city: '' };
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

/** Databases that have cities, by the type that they tell: `GeoLite2-City`, `DBIP-Location (compat=City)`, … */
const HAS_CITIES = /city|location|enterprise/i;
const LONGEST_CITY = 100;

/**
 * Places of addresses: the country from the CC0 database `geo-whois-asn-country`, shipped as a package (8 MB, all in
 * memory); region and city only if a database of cities is given, such as GeoLite2 City or DB-IP City.
 *
 * A busy site sees more addresses than a map of strings holds well, so IPv4 addresses are cached as numbers. Each has
 * the one slot that it hashes to, without a search; a later address with the same slot replaces it.
 *
 * @example
 * const places = await Places.open();
 * places.of('8.8.8.8').country; // 'US'
 */
export class Places {
  readonly #countries: Reader<CountryResponse & { country_code?: string }>;
  readonly #cities: Reader<CityResponse> | undefined;
  /** Initially zeros: 0.0.0.0, whose place is correctly unknown. */
  readonly #addresses = new Uint32Array(2 ** SLOT_BITS);
  readonly #places: Place[] = new Array(2 ** SLOT_BITS).fill(UNKNOWN);
  readonly #others = new Memo({ most: 10_000, longest: 64 }, (address) => this.#find(address));
  /** Places of which only the country is known. */
  readonly #ofCountry = new Memo<Place>({ most: 1000, longest: 2 }, (country) => ({ ...UNKNOWN, country }));

  private constructor(countries: Buffer, cities: Reader<CityResponse> | undefined) {
    this.#countries = new Reader(countries);
    this.#cities = cities;
  }

  /**
   * @param cities path of a database of cities in MaxMind's format (`.mmdb`); all of it is read into memory
   * @throws HitError `bad_setting` if it is not such a database
   */
  static async open(cities?: string): Promise<Places> {
    const countries = await readFile(createRequire(import.meta.url).resolve(DATABASE));
    return new Places(countries, cities === undefined ? undefined : await openCities(cities));
  }

  /** Unknown for a private or unknown address, or a label that is not an address. */
  of(address: string): Place {
    const number = ipv4Number(address);
    if (number < 0) return this.#others.of(address);
    const slot = Math.imul(number, SPREAD) >>> (32 - SLOT_BITS);
    if (this.#addresses[slot] !== number) {
      this.#places[slot] = this.#find(address);
      this.#addresses[slot] = number;
    }
    return this.#places[slot]!;
  }

  /** Null where the database is damaged, too: a hit without a city counts, and one that is refused is lost. */
  #recordOf(address: string, family: number): CityResponse | null {
    // A database of IPv4 addresses would take the first 32 bits of an IPv6 address for one.
    if (!this.#cities || (family === 6 && this.#cities.metadata.ipVersion !== 6)) return null;
    try {
      return this.#cities.get(address);
    } catch {
      return null;
    }
  }

  #find(address: string): Place {
    const family = isIP(address);
    if (family === 0 || NOWHERE.check(address, family === 4 ? 'ipv4' : 'ipv6')) return UNKNOWN;
    const found = this.#recordOf(address, family);
    const country = found?.country?.iso_code;
    if (country === undefined) return this.#ofCountry.of(this.#countries.get(address)?.country_code ?? '');
    const region = found?.subdivisions?.[0]?.iso_code ?? '';
    const city = found?.city?.names?.en ?? '';
    if (region === '' && city === '') return this.#ofCountry.of(country);
    return {
      country,
      region: /^[A-Z0-9]{1,3}$/.test(region) ? `${country}-${region}` : '',
      city: normalized(city, LONGEST_CITY),
    };
  }
}

async function openCities(path: string): Promise<Reader<CityResponse>> {
  let reader: Reader<CityResponse>;
  try {
    reader = new Reader<CityResponse>(await readFile(path));
  } catch (error) {
    throw new HitError('bad_setting', `--geo-database ${path} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const { databaseType } = reader.metadata;
  if (HAS_CITIES.test(databaseType)) return reader;
  throw new HitError(
    'bad_setting',
    `--geo-database ${path} is of type ${databaseType}: name a database of cities, such as GeoLite2-City.mmdb or dbip-city-lite.mmdb`,
  );
}
