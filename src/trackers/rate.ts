import { randomBytes } from 'node:crypto';
import { TrustedProxies } from '../hit/address.ts';
import { KeyedHash } from '../hit/hash.ts';
import type { WindowCount } from '../live/live.ts';
import { type WindowOptions, Windows } from '../live/windows.ts';
import { factsOf, type TrackInput, visitorText } from './input.ts';

export interface RateTrackerOptions extends WindowOptions {
  /** The clock, in milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
  /** Peers that may speak for their clients: `loopback`, `private`, `none` or CIDR ranges. Default `loopback`. */
  readonly trustProxy?: string;
}

/**
 * Hits, visitors and hits per second over any window that ends now, in fixed memory.
 *
 * @example
 * const rate = new RateTracker();
 * rate.track({ visitor: 'ann' });
 * rate.rate({ seconds: 60 }); // { seconds: 60, hits: 1, visitors: 1, hitsPerSecond: 0.0166…, error: 0.0101… }
 */
export class RateTracker {
  readonly #windows: Windows;
  readonly #hash = new KeyedHash(randomBytes(16));
  readonly #proxies: TrustedProxies;
  readonly #now: () => number;

  constructor(options: RateTrackerOptions = {}) {
    const { now = Date.now, trustProxy = 'loopback', ...windows } = options;
    this.#windows = new Windows(windows);
    this.#proxies = new TrustedProxies(trustProxy);
    this.#now = now;
  }

  /** Counts a request, or a hit of a named visitor. */
  track(input: TrackInput): void {
    const now = this.#now();
    const { high, low } = this.#hash.digest(visitorText(factsOf(input, now), this.#proxies));
    this.#windows.add(high, low, now, now);
  }

  /** @param window its length in `seconds`, 1 or more */
  rate(window: { seconds: number }): WindowCount {
    return this.#windows.read(window.seconds, this.#now());
  }
}
