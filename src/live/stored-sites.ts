import type { History } from './windows.ts';

/** Writes the store's data of a site into its windows, within one turn. */
export type Restore = (windows: History) => void;
/** Reads a site's data from the store. */
export type ReadStored = (site: string) => Promise<Restore>;

/**
 * Sites with data in the store that live state does not have yet. It is loaded when a site is first read. Hits that
 * arrive in the meantime are counted without it, and the stored data is added to them.
 */
export class StoredSites {
  readonly #sites: Set<string>;
  readonly #readSite: ReadStored;
  readonly #add: (site: string, restore: Restore) => void;
  readonly #loading = new Map<string, Promise<void>>();

  /**
   * @param sites their names
   * @param read called once for each site; again if it failed
   * @param add receives the result
   */
  constructor(sites: Iterable<string>, read: ReadStored, add: (site: string, restore: Restore) => void) {
    this.#sites = new Set(sites);
    this.#readSite = read;
    this.#add = add;
  }

  /**
   * Resolves when live state includes the store's data of the site.
   *
   * @throws the store's error; the next call tries again
   */
  async load(site: string): Promise<void> {
    if (!this.#sites.has(site)) return;
    const underWay = this.#loading.get(site) ?? this.#load(site);
    this.#loading.set(site, underWay);
    await underWay;
  }

  /** Leaves out a site whose data in the store is about to be deleted. */
  remove(site: string): void {
    this.#sites.delete(site);
  }

  async #load(site: string): Promise<void> {
    try {
      this.#add(site, await this.#readSite(site));
      this.#sites.delete(site);
    } finally {
      this.#loading.delete(site);
    }
  }
}
