import type { BloomFilter } from '../sketch/bloom.ts';
import type { Seen } from './live.ts';

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
  readonly #all: SiteTotals = { unique: 0, total: 0 };

  constructor(filter: BloomFilter) {
    this.filter = filter;
  }

  count(site: string, high: number, low: number): Seen {
    const totals = this.#of(site);
    const isNew = this.#remember(totals, high, low);
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
    this.#remember(this.#of(site), high, low);
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

  #remember(totals: SiteTotals, high: number, low: number): boolean {
    if (this.filter.testAndAdd(high, low)) return false;
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
