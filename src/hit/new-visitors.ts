/**
 * Bounds how many new visitors a client may be on a UTC day, over all sites.
 *
 * A visitor without a cookie is derived from address and user agent, so a program that changes its user agent is a new one with
 * each hit, and could keep the cookies to come back as all of them on other days. What a client may send is bounded by a rate, but
 * a hundred hits a second are eight million visitors a day. Visitors with a cookie from an earlier day are not new, and not bounded.
 *
 * Memory is fixed. Whether a visitor was seen today is answered by a Bloom filter of 4 MiB: a visitor of whom it says so by
 * mistake is not counted against the bound (0.02 % of visitors after a million on that day, 2 % after four million). New visitors are
 * counted for the 20,000 clients that last had one; a client that is forgotten starts again.
 *
 * Invariant: no visitor that was admitted today is refused today.
 */
import { RecentMap } from '../cache/recent-map.ts';
import { DAY } from '../timing/units.ts';
import type { VisitorId } from './visitor.ts';

const FILTER_BITS = 25;
const HASHES = 4;
const MOST_CLIENTS = 20_000;

export class NewVisitors {
  readonly #most: number;
  /** Bits by hashes of visitors; allocated when first needed. */
  #seen: Uint32Array | undefined;
  readonly #counts = new RecentMap<string, number>(MOST_CLIENTS);
  #day = 0;

  /** @param most of a client and day */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * @param network of the client
   * @param visitor without a cookie: its id is random, and contains the client
   * @param now milliseconds since 1970
   * @returns 0 if the visitor may count, else the seconds until it may
   */
  admit(network: string, visitor: VisitorId, now: number): number {
    this.#beginDay(Math.floor(now / DAY));
    if (this.#hasSeen(visitor)) return 0;
    const count = this.#counts.get(network) ?? 0;
    if (count >= this.#most) return Math.ceil(((this.#day + 1) * DAY - now) / 1000);
    this.#counts.set(network, count + 1);
    this.#add(visitor);
    return 0;
  }

  #beginDay(day: number): void {
    if (day === this.#day) return;
    this.#day = day;
    this.#counts.clear();
    this.#seen?.fill(0);
  }

  #hasSeen(visitor: VisitorId): boolean {
    const seen = this.#seen;
    if (!seen) return false;
    for (let i = 0; i < HASHES; i++) {
      const bit = bitOf(visitor, i);
      if ((seen[bit >>> 5]! & (1 << (bit & 31))) === 0) return false;
    }
    return true;
  }

  #add(visitor: VisitorId): void {
    this.#seen ??= new Uint32Array(2 ** FILTER_BITS / 32);
    for (let i = 0; i < HASHES; i++) {
      const bit = bitOf(visitor, i);
      this.#seen[bit >>> 5]! |= 1 << (bit & 31);
    }
  }
}

/** Kirsch and Mitzenmacher, "Less hashing, same performance", 2006: two hashes make all. */
function bitOf({ high, low }: VisitorId, i: number): number {
  return (low + Math.imul(i, high | 1)) >>> (32 - FILTER_BITS);
}
