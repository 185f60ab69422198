import { randomBytes } from 'node:crypto';
import { HitError } from '../errors.ts';
import { TrustedProxies } from '../hit/address.ts';
import { type Digest, KeyedHash } from '../hit/hash.ts';
import { fingerprintOf, type KeyFingerprints, keyMismatches } from '../hit/key-fingerprints.ts';
import { factsOf, type TrackInput, visitorText } from './input.ts';

/** How a tracker that keeps no database tells visitors apart. */
export interface VisitorOptions {
  /** Peers that may speak for their clients: `loopback`, `private`, `none` or CIDR ranges. Default `loopback`. */
  readonly trustProxy?: string;
  /**
   * 16 secret random bytes, by which visitors are hashed. Default: new ones. Trackers are merged, and read back from
   * their bytes, under the key that they counted with.
   */
  readonly key?: Uint8Array;
}

/** The same, where visitors are hashed already. */
export interface KeyedVisitorOptions extends VisitorOptions {
  readonly key: Uint8Array;
}

const KEY_BYTES = 16;

/** Names the visitors of what a program tracks, by a keyed hash: nobody can craft visitors that collide. */
export class VisitorNames {
  readonly naming: KeyFingerprints;
  readonly #hash: KeyedHash;
  readonly #proxies: TrustedProxies;

  /** @throws HitError `invalid` for a key of another length, `bad_setting` for proxies that are none */
  constructor({ trustProxy = 'loopback', key = randomBytes(KEY_BYTES) }: VisitorOptions) {
    if (key.length !== KEY_BYTES) {
      throw new HitError('invalid', `a key has ${KEY_BYTES} random bytes, not ${key.length}`);
    }
    this.#proxies = new TrustedProxies(trustProxy);
    this.#hash = new KeyedHash(key);
    this.naming = { key: fingerprintOf(this.#hash) };
  }

  /** @returns the visitor's hash, until the next one is asked for */
  digest(input: TrackInput, time: number): Digest {
    return this.#hash.digest(visitorText(factsOf(input, time), this.#proxies));
  }

  /** @throws HitError `invalid` if another tracker names visitors by another key */
  checkSame(naming: KeyFingerprints): void {
    if (keyMismatches(this.naming, naming).length === 0) return;
    throw new HitError(
      'invalid',
      'trackers with different keys cannot be merged: give all of them the same key',
    );
  }
}
