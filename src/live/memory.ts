import { tmpdir } from 'node:os';
import { liveMemory } from '../cache/process-memory.ts';
import { BloomFilter } from '../sketch/bloom.ts';
import type { CountedHit, LiveCount, LiveMemory, LiveState, OwnLive, Seen, SiteRemoval } from './live.ts';
import { SiteWindowsCache, type SiteWindowsCacheOptions } from './site-windows-cache.ts';
import { type ReadStored, StoredSites } from './stored-sites.ts';
import { Totals } from './totals.ts';
import { Windows } from './windows.ts';

export interface MemoryLiveOptions extends Partial<SiteWindowsCacheOptions> {
  /** Planned capacity of the Bloom filter in visitors, over all sites and all time. */
  readonly expectedVisitors: number;
  /** Whether windows are kept (the rate tracker), in addition to totals (the simple tracker). */
  readonly rate: boolean;
  readonly now: () => number;
}

/**
 * Live state in the memory of this process, up to a limit: see `site-windows-cache.ts`. Windows of all sites together
 * and totals, two numbers per site, stay in memory; windows of single sites may be swapped out.
 */
export class MemoryLive implements OwnLive, SiteRemoval, Disposable {
  readonly totals: Totals;
  /** Windows of all sites together; undefined if none are kept. */
  readonly all: Windows | undefined;
  readonly #sites: SiteWindowsCache;
  #stored: StoredSites | undefined;
  readonly #now: () => number;

  constructor(options: MemoryLiveOptions) {
    const { maxBytes = liveMemory(), folder = tmpdir(), onFault = console.warn } = options;
    this.totals = new Totals(BloomFilter.for(options.expectedVisitors));
    this.all = options.rate ? new Windows() : undefined;
    this.#sites = new SiteWindowsCache({ maxBytes, folder, onFault });
    this.#now = options.now;
  }

  get memory(): LiveMemory {
    return this.#sites.memory;
  }

  track({ site, time, visitorHigh, visitorLow }: CountedHit): Seen {
    if (this.all) {
      const now = this.#now();
      this.all.add(visitorHigh, visitorLow, time, now);
      this.#sites.add(site, visitorHigh, visitorLow, time, now);
    }
    return this.totals.count(site, visitorHigh, visitorLow);
  }

  async read(site: string | undefined, windows: readonly number[]): Promise<LiveCount> {
    if (site !== undefined && windows.length > 0) await this.#stored?.load(site);
    const { total, unique } = this.totals.read(site);
    const state = windows.length > 0 ? this.#windowsOf(site) : undefined;
    const now = this.#now();
    return {
      total: { hits: total, visitors: unique },
      windows: windows.map((seconds) => state?.read(seconds, now) ?? emptyWindow(seconds)),
    };
  }

  async state(site: string | undefined): Promise<LiveState> {
    if (site !== undefined) await this.#stored?.load(site);
    return this.stateOf(site);
  }

  /** Like `state`, without data that is still only in the store. */
  stateOf(site: string | undefined): LiveState {
    const { total, unique } = this.totals.read(site);
    return {
      total: { hits: total, visitors: unique },
      windows: this.all && (this.#windowsOf(site) ?? new Windows()),
      filter: site === undefined ? this.totals.filter : undefined,
    };
  }

  /**
   * Declares that the store has earlier windows of these sites, which are loaded when a site is first read. Windows of
   * all sites together, and totals, are not loaded.
   */
  restoreFromStore(sites: Iterable<string>, read: ReadStored): void {
    this.#stored = new StoredSites(sites, read, (site, restore) => this.#sites.restore(site, restore));
  }

  /**
   * Removes a site. Windows of all sites together lack visitors afterwards, until the cells of the store are written into `all`.
   */
  async removeSite(site: string): Promise<void> {
    await this.#stored?.load(site);
    const windows = this.#sites.find(site)?.full();
    if (windows) this.all?.subtract(windows);
    this.#sites.remove(site);
    this.#stored?.remove(site);
    this.totals.remove(site);
  }

  [Symbol.dispose](): void {
    this.#sites[Symbol.dispose]();
  }

  #windowsOf(site: string | undefined): Windows | undefined {
    return site === undefined ? this.all : this.#sites.find(site)?.full();
  }
}

function emptyWindow(seconds: number) {
  return { seconds, hits: 0, visitors: 0, hitsPerSecond: 0, error: 0 };
}
