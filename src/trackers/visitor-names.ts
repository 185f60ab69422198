import { randomBytes } from 'node:crypto';
import { HitError } from '../errors.ts';
import { TrustedProxies } from '../hit/address.ts';
import type { CountingOptions } from '../hit/counting-rule.ts';
import { type Digest, KeyedHash } from '../hit/hash.ts';
import { fingerprintOf, type KeyFingerprints, keyMismatches } from '../hit/key-fingerprints.ts';
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

const KEY_BYTES = 16;

/** Identifies a program's visitors by a keyed hash: nobody can craft visitors that collide. */
export class VisitorNames {
  readonly naming: KeyFingerprints;
  readonly filter: RequestFilter;
  readonly #hash: KeyedHash;
  readonly #proxies: TrustedProxies;

  /** @throws HitError `invalid` for a key of another length, `bad_setting` for invalid proxies; see also `CountingRule` */
  constructor({ trustProxy = 'loopback', key = randomBytes(KEY_BYTES), count }: VisitorOptions) {
    if (key.length !== KEY_BYTES) {
      throw new HitError('invalid', `a key has ${KEY_BYTES} random bytes, not ${key.length}`);
    }
    this.#proxies = new TrustedProxies(trustProxy);
    this.filter = new RequestFilter(count, this.#proxies);
    this.#hash = new KeyedHash(key);
    this.naming = { key: fingerprintOf(this.#hash) };
  }

  /** @returns the visitor's hash, valid until the next call; undefined if the input does not count */
  digest(input: TrackInput, time: number): Digest | undefined {
    const facts = factsOf(input, time);
    if (this.filter.refusalOf(facts) !== undefined) return undefined;
    return this.#hash.digest(visitorText(facts, this.#proxies));
  }

  /** @throws HitError `invalid` if the other tracker uses another key */
  checkSame(naming: KeyFingerprints): void {
    if (keyMismatches(this.naming, naming).length === 0) return;
    throw new HitError(
      'invalid',
      'trackers with different keys cannot be merged: give all of them the same key',
    );
  }
}
