import { HitError } from '../errors.ts';
import { TrustedProxies } from '../hit/address.ts';
import type { CountingOptions } from '../hit/counting-rule.ts';
import { type Digest, KEY_BYTES, KeyedHash } from '../hit/hash.ts';
import { fingerprintOf, type KeyFingerprints, keyMismatches } from '../hit/key-fingerprints.ts';
import { shown } from '../schema/argument.ts';
import { factsOf, type TrackInput, visitorText } from './input.ts';
import { RequestFilter } from './request-filter.ts';

/** What a tracker without a database counts, and how it identifies visitors. */
export interface VisitorOptions {
  /** Trusted proxies: `loopback`, `private`, `none` or CIDR ranges. Default `loopback`. */
  readonly trustProxy?: string;
  /**
   * Secret key for hashing visitors: 16 random bytes. Default: a new key. Merging trackers, and restoring them from bytes,
   * requires the key that they counted with.
   */
  readonly key?: Uint8Array;
  /** Which requests count. Default: no assets, HEAD, OPTIONS, prefetches and bots. */
  readonly count?: CountingOptions;
}

/** The same, with visitors that are already hashed. */
export interface KeyedVisitorOptions extends VisitorOptions {
  readonly key: Uint8Array;
}

/** @throws HitError `invalid` for anything but a text, `bad_setting` for an invalid one */
export function proxiesOf(trustProxy: unknown): TrustedProxies {
  if (typeof trustProxy !== 'string')
    throw new HitError('invalid', `trustProxy must be a string, not ${shown(trustProxy)}`);
  return new TrustedProxies(trustProxy, 'trustProxy');
}

export const VISITOR_OPTIONS = ['trustProxy', 'key', 'count'];

/** @throws HitError `invalid` if the key is missing, which visitors in bytes were counted with */
export function checkKeyed(options: Partial<KeyedVisitorOptions> | undefined): void {
  if (options?.key !== undefined) return;
  throw new HitError(
    'invalid',
    'key is missing: pass the one that these bytes were counted with, as { key }',
  );
}

/** Identifies a program's visitors by a keyed hash: nobody can craft visitors that collide. */
export class VisitorNames {
  readonly filter: RequestFilter;
  readonly #proxies: TrustedProxies;
  #hash: KeyedHash | undefined;

  /** @throws HitError `invalid` for a key of another length, `bad_setting` for invalid proxies; see also `CountingRule` */
  constructor({ trustProxy = 'loopback', key, count }: VisitorOptions) {
    this.#proxies = proxiesOf(trustProxy);
    this.filter = new RequestFilter(count, this.#proxies);
    if (key !== undefined) this.#hash = new KeyedHash(key);
  }

  get keys(): KeyFingerprints {
    return { key: fingerprintOf(this.#keyed()) };
  }

  /** @returns the visitor's hash, valid until the next call; undefined if the input does not count */
  digest(input: TrackInput): Digest | undefined {
    const facts = factsOf(input);
    if (this.filter.refusalOf(facts) !== undefined) return undefined;
    return this.#keyed().digest(visitorText(facts, this.#proxies));
  }

  /** @throws HitError `invalid` if the other tracker uses another key */
  checkSame(keys: KeyFingerprints): void {
    if (keyMismatches(this.keys, keys).length === 0) return;
    throw new HitError(
      'invalid',
      'trackers with different keys cannot be merged: give all of them the same key',
    );
  }

  /** With a new key at the first use, because Workers have no random numbers while their modules are loaded. */
  #keyed(): KeyedHash {
    this.#hash ??= new KeyedHash(crypto.getRandomValues(new Uint8Array(KEY_BYTES)));
    return this.#hash;
  }
}
