/**
 * The windows of many sites in bounded memory.
 *
 * When the limit is reached, the least recently used sites are evicted; they are loaded again when they are tracked or
 * read. They are written to a page file instead of being reloaded from the store: hits reach the store some time after
 * they are counted here (through the spool) or before (lines of an imported log). So at any moment the store has neither
 * all nor only the hits of a site's ring, and a hit would count twice or not at all. A page holds exactly what was in
 * memory.
 *
 * Using a site costs one store of a number. Candidates are searched for only when an eviction is needed, and a
 * thirty-second of the limit is freed at once, so the cost of the search is amortized.
 */

import { messageOf } from '../errors.ts';
import type { LiveMemory } from './live.ts';
import { SiteWindows } from './site-windows.ts';
import { type Page, SwapFile } from './swap-file.ts';
import type { History } from './windows.ts';

/** Share of the limit that is freed at once. */
const FREED = 1 / 32;

export interface SiteWindowsCacheOptions {
  /** Memory limit of all sites in bytes. A single site larger than that is still kept. */
  readonly maxBytes: number;
  /** Folder of the page file, which is created on first use. */
  readonly folder: string;
  /** Called if a page cannot be written (sites stay in memory, beyond the limit) or read (its site starts again empty). */
  readonly onFault: (message: string) => void;
}

interface CacheEntry {
  readonly windows: SiteWindows;
  /** Its size when last added up. */
  bytes: number;
  /** When it was last used, as the use counter at that time. */
  used: number;
}

/**
 * @example
 * using sites = new SiteWindowsCache({ maxBytes: 2 ** 28, folder: './data', onFault: console.warn });
 * sites.add('example.com', 0x9e3779b9, 0x7f4a7c15, Date.now(), Date.now());
 * sites.find('example.com')?.full().read(60, Date.now()); // { seconds: 60, hits: 1, visitors: 1, … }
 */
export class SiteWindowsCache implements Disposable {
  readonly #options: SiteWindowsCacheOptions;
  readonly #entries = new Map<string, CacheEntry>();
  readonly #pages = new Map<string, Page>();
  #file: SwapFile | undefined;
  #bytes = 0;
  /** Bytes at which sites are evicted. Above the configured limit only while pages cannot be written. */
  #limit: number;
  #uses = 0;
  #evictions = 0;
  #loads = 0;

  constructor(options: SiteWindowsCacheOptions) {
    this.#options = options;
    this.#limit = options.maxBytes;
  }

  get memory(): LiveMemory {
    return {
      bytes: this.#bytes,
      maxBytes: this.#options.maxBytes,
      sites: this.#entries.size,
      evicted: this.#pages.size,
      evictions: this.#evictions,
      loads: this.#loads,
    };
  }

  /** Counts a hit of a site: see `SiteWindows.add`. */
  add(site: string, high: number, low: number, time: number, now: number): void {
    const kept = this.#entryOf(site);
    kept.windows.add(high, low, time, now);
    this.#addUp(kept);
  }

  /** Adds a site's data from the store, all at once. */
  restore(site: string, write: (history: History) => void): void {
    const kept = this.#entryOf(site);
    write(kept.windows);
    this.#addUp(kept);
  }

  /** The windows of a site, to be read immediately; undefined if it has none. */
  find(site: string): SiteWindows | undefined {
    if (!this.#entries.has(site) && !this.#pages.has(site)) return undefined;
    const kept = this.#entryOf(site);
    this.#addUp(kept);
    return kept.windows;
  }

  /** Removes a site. */
  remove(site: string): void {
    // A page is freed by taking it.
    if (this.#pages.has(site)) this.#entryOf(site);
    const kept = this.#entries.get(site);
    if (!kept) return;
    this.#entries.delete(site);
    this.#bytes -= kept.bytes;
  }

  [Symbol.dispose](): void {
    this.#file?.[Symbol.dispose]();
    this.#file = undefined;
  }

  /** The site in memory: already loaded, loaded from its page, or new. */
  #entryOf(site: string): CacheEntry {
    let kept = this.#entries.get(site);
    if (!kept) {
      kept = { windows: this.#loadPage(site) ?? new SiteWindows(), bytes: 0, used: 0 };
      this.#entries.set(site, kept);
    }
    kept.used = ++this.#uses;
    return kept;
  }

  #loadPage(site: string): SiteWindows | undefined {
    const page = this.#pages.get(site);
    if (!page || !this.#file) return undefined;
    this.#pages.delete(site);
    try {
      const windows = SiteWindows.unpacked(this.#file.take(page));
      this.#loads++;
      return windows;
    } catch (error) {
      // Durable hits must be counted, if only from now on.
      this.#options.onFault(`the windows of ${site} are started over: ${messageOf(error)}`);
      return undefined;
    }
  }

  #addUp(kept: CacheEntry): void {
    const { bytes } = kept.windows;
    if (bytes === kept.bytes) return;
    this.#bytes += bytes - kept.bytes;
    kept.bytes = bytes;
    if (this.#bytes > this.#limit) this.#makeRoom(kept);
  }

  /** @param inUse is not evicted */
  #makeRoom(inUse: CacheEntry): void {
    const { maxBytes, onFault } = this.#options;
    const goal = maxBytes * (1 - FREED);
    const byUse = [...this.#entries].sort(([, left], [, right]) => left.used - right.used);
    try {
      for (const [site, kept] of byUse) {
        if (this.#bytes <= goal) break;
        if (kept !== inUse) this.#evict(site, kept);
      }
      this.#limit = maxBytes;
    } catch (error) {
      // Counting matters more than the limit. Retried after as many bytes have been added as would have been freed.
      this.#limit = this.#bytes + maxBytes * FREED;
      onFault(messageOf(error));
    }
  }

  #evict(site: string, kept: CacheEntry): void {
    this.#file ??= new SwapFile(this.#options.folder);
    this.#pages.set(site, this.#file.write(kept.windows.packed()));
    this.#entries.delete(site);
    this.#bytes -= kept.bytes;
    this.#evictions++;
  }
}
