import { BloomFilter } from '../sketch/bloom.ts';
import type { Live, LiveCount, LiveState, Seen, Sighting } from './live.ts';
import { Totals } from './totals.ts';
import { Windows } from './windows.ts';

export interface MemoryLiveOptions {
  /** Visitors that the Bloom filter is planned for, over all sites and all time. */
  readonly expectedVisitors: number;
  /** Whether windows are kept (the rate tracker), beside totals (the simple tracker). */
  readonly rate: boolean;
  readonly now: () => number;
}

/** Live state in the memory of this process. */
export class MemoryLive implements Live {
  readonly totals: Totals;
  readonly #all: Windows | undefined;
  readonly #sites = new Map<string, Windows>();
  readonly #now: () => number;

  constructor(options: MemoryLiveOptions) {
    this.totals = new Totals(BloomFilter.for(options.expectedVisitors));
    this.#all = options.rate ? new Windows() : undefined;
    this.#now = options.now;
  }

  track(hit: Sighting): Seen {
    if (this.#all) {
      const now = this.#now();
      this.#all.add(hit.visitorHigh, hit.visitorLow, hit.time, now);
      this.windowsOf(hit.site)?.add(hit.visitorHigh, hit.visitorLow, hit.time, now);
    }
    return this.totals.count(hit.site, hit.visitorHigh, hit.visitorLow);
  }

  read(site: string | undefined, windows: readonly number[]): LiveCount {
    const { total, unique } = this.totals.read(site);
    const state = site === undefined ? this.#all : this.#sites.get(site);
    const now = this.#now();
    return {
      total: { hits: total, visitors: unique },
      windows: windows.map((seconds) => state?.read(seconds, now) ?? emptyWindow(seconds)),
    };
  }

  state(site: string | undefined): LiveState {
    const { total, unique } = this.totals.read(site);
    const kept = site === undefined ? this.#all : this.#sites.get(site);
    return {
      total: { hits: total, visitors: unique },
      windows: this.#all && (kept ?? new Windows()),
      filter: site === undefined ? this.totals.filter : undefined,
    };
  }

  /** The windows of a site, made if they are not there; of all sites for undefined. */
  windowsOf(site: string | undefined): Windows | undefined {
    if (!this.#all || site === undefined) return this.#all;
    let windows = this.#sites.get(site);
    if (!windows) {
      windows = new Windows();
      this.#sites.set(site, windows);
    }
    return windows;
  }
}

function emptyWindow(seconds: number) {
  return { seconds, hits: 0, visitors: 0, hitsPerSecond: 0, error: 0 };
}
