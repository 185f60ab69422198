import type { History } from './windows.ts';

/** Writes the store's data of a site into its windows, within one turn. */
export type Recollection = (windows: History) => void;
/** Reads a site's data from the store. */
export type Recall = (site: string) => Promise<Recollection>;

/**
 * Sites with data in the store that live state does not have yet. It is loaded when a site is first read. Hits that
 * arrive in the meantime are counted without it, and the stored data is added to them.
 */
export class StoredSites {
  readonly #sites: Set<string>;
  readonly #loadSite: Recall;
  readonly #add: (site: string, recollection: Recollection) => void;
  readonly #loading = new Map<string, Promise<void>>();

  /**
   * @param sites their names
   * @param recall called once for each site; again if it failed
   * @param add receives the result
   */
  constructor(
    sites: Iterable<string>,
    recall: Recall,
    add: (site: string, recollection: Recollection) => void,
  ) {
    this.#sites = new Set(sites);
    this.#loadSite = recall;
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
      this.#add(site, await this.#loadSite(site));
      this.#sites.delete(site);
    } finally {
      this.#loading.delete(site);
    }
  }
}
