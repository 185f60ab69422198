import type { BloomFilter } from '../sketch/bloom.ts';
import type { Seen } from './live.ts';

/** 2³² divided by the golden ratio: its multiples are far apart. */
const GOLDEN = 0x9e3779b9;

interface SiteTotals {
  unique: number;
  total: number;
}

/**
 * All-time hits and visitors of each site. One Bloom filter of fixed size serves all sites, since a visitor's hash
 * includes the site; only two numbers per site grow.
 */
export class Totals {
  readonly filter: BloomFilter;
  readonly #sites = new Map<string, SiteTotals>();
  /** How often each site was removed. */
  readonly #removed = new Map<string, number>();
  readonly #all: SiteTotals = { unique: 0, total: 0 };

  constructor(filter: BloomFilter) {
    this.filter = filter;
  }

  count(site: string, high: number, low: number): Seen {
    const totals = this.#of(site);
    const isNew = this.#remember(site, totals, high, low);
    totals.total++;
    this.#all.total++;
    return { isNew, unique: totals.unique, total: totals.total };
  }

  /** Adds hits whose visitors are added one by one. */
  addHits(site: string, hits: number): void {
    this.#of(site).total += hits;
    this.#all.total += hits;
  }

  /** Adds a visitor whose hits are added separately. */
  addVisitor(site: string, high: number, low: number): void {
    this.#remember(site, this.#of(site), high, low);
  }

  /** Raises a site's visitors to a known minimum, if they cannot all be added one by one. */
  raiseVisitors(site: string, visitors: number): void {
    const totals = this.#of(site);
    const missing = Math.max(0, visitors - totals.unique);
    totals.unique += missing;
    this.#all.unique += missing;
  }

  /** Counts of a site, or of all. */
  read(site: string | undefined): Readonly<SiteTotals> {
    if (site === undefined) return this.#all;
    return this.#sites.get(site) ?? { unique: 0, total: 0 };
  }

  /** Removes a site. Nothing can be taken out of the filter, so that its visitors are new again because they hash differently. */
  remove(site: string): void {
    const { unique, total } = this.read(site);
    this.#all.unique -= unique;
    this.#all.total -= total;
    this.#sites.delete(site);
    this.#removed.set(site, (this.#removed.get(site) ?? 0) + 1);
  }

  #remember(site: string, totals: SiteTotals, high: number, low: number): boolean {
    // Of most servers, no site was ever removed.
    const removed = this.#removed.size === 0 ? 0 : (this.#removed.get(site) ?? 0);
    if (this.filter.testAndAdd((high ^ Math.imul(removed, GOLDEN)) >>> 0, low)) return false;
    totals.unique++;
    this.#all.unique++;
    return true;
  }

  #of(site: string): SiteTotals {
    let totals = this.#sites.get(site);
    if (!totals) {
      totals = { unique: 0, total: 0 };
      this.#sites.set(site, totals);
    }
    return totals;
  }
}
