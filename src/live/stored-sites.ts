import type { History } from './windows.ts';

/** Writes what the store knows of a site into its windows, within one turn. */
export type Recollection = (windows: History) => void;
/** Asks the store what it knows of a site. */
export type Recall = (site: string) => Promise<Recollection>;

/**
 * Sites of which the store knows something that live state does not: it is asked when somebody first wants to read
 * them. Hits that come meanwhile are counted without it, and what it says is added to them.
 */
export class StoredSites {
  readonly #sites: Set<string>;
  readonly #recall: Recall;
  readonly #add: (site: string, recollection: Recollection) => void;
  readonly #underWay = new Map<string, Promise<void>>();

  /**
   * @param sites their names
   * @param recall asked once for each; again, if it failed
   * @param add takes the answer
   */
  constructor(
    sites: Iterable<string>,
    recall: Recall,
    add: (site: string, recollection: Recollection) => void,
  ) {
    this.#sites = new Set(sites);
    this.#recall = recall;
    this.#add = add;
  }

  /**
   * Resolves when live state knows of the site what the store does.
   *
   * @throws what the store threw; it is asked again by the next
   */
  async bring(site: string): Promise<void> {
    if (!this.#sites.has(site)) return;
    const underWay = this.#underWay.get(site) ?? this.#bring(site);
    this.#underWay.set(site, underWay);
    await underWay;
  }

  async #bring(site: string): Promise<void> {
    try {
      this.#add(site, await this.#recall(site));
      this.#sites.delete(site);
    } finally {
      this.#underWay.delete(site);
    }
  }
}
