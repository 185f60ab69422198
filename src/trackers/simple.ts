import { randomBytes } from 'node:crypto';
import { TrustedProxies } from '../hit/address.ts';
import { KeyedHash } from '../hit/hash.ts';
import type { Seen } from '../live/live.ts';
import { Totals } from '../live/totals.ts';
import { BloomFilter, bitsPerVisitorAt } from '../sketch/bloom.ts';
import { factsOf, type TrackInput, visitorText } from './input.ts';

export interface SimpleTrackerOptions {
  /** Visitors, all time, that the filter is planned for. Default 1,000,000: 1.5 MB. */
  readonly expectedVisitors?: number;
  /** Share of new visitors taken for known ones when that many are there. Default 0.005. */
  readonly falseSeenRate?: number;
  /** Peers that may speak for their clients: `loopback`, `private`, `none` or CIDR ranges. Default `loopback`. */
  readonly trustProxy?: string;
}

const SITE = '';

/**
 * All-time hits and visitors in fixed memory, and whether a visitor is new.
 *
 * @example
 * const simple = new SimpleTracker();
 * http.createServer((request, response) => {
 *   const { unique, total, isNew } = simple.track(request);
 *   response.end(`${unique} unique hits from total ${total} hits\n`);
 * });
 */
export class SimpleTracker {
  readonly #totals: Totals;
  readonly #hash = new KeyedHash(randomBytes(16));
  readonly #proxies: TrustedProxies;

  constructor(options: SimpleTrackerOptions = {}) {
    const bits = options.falseSeenRate === undefined ? undefined : bitsPerVisitorAt(options.falseSeenRate);
    this.#totals = new Totals(BloomFilter.for(options.expectedVisitors ?? 1_000_000, bits));
    this.#proxies = new TrustedProxies(options.trustProxy ?? 'loopback');
  }

  /** Counts a request, or a hit of a named visitor. */
  track(input: TrackInput): Seen {
    const { high, low } = this.#hash.digest(visitorText(factsOf(input, 0), this.#proxies));
    return this.#totals.count(SITE, high, low);
  }
}
