import { Memo } from '../cache/memo.ts';
import type { DropReason } from './drop-reason.ts';
import { LIMITS } from './hit.ts';
import { siteName } from './site-name.ts';
import { SiteProbation } from './site-probation.ts';

/** Why a site is rejected. */
export type SiteReason = Extract<DropReason, 'invalid' | 'site_not_allowed' | 'too_many_sites'>;

/**
 * Decides which sites are counted: a fixed list, or any sites up to a maximum number.
 *
 * Without a list, a site is claimed if a definition or an import names it, a token sends its hits, or several networks have
 * visited it. Others get a place while there are free ones, and lose it, the newest first, to sites that are claimed: so made-up
 * names cannot occupy the places of real sites. Acknowledged hits stay in any case.
 *
 * Invariants: there are at most `max` sites, plus those that a definition or an import names; only an admitted hit takes a place.
 *
 * @example
 * const sites = new Sites({ allowed: ['example.com'], max: 1000 });
 * sites.nameOf('Example.com:8080'); // { site: 'example.com' }
 * sites.nameOf('example.org');      // { reason: 'site_not_allowed' }
 * sites.admit('example.com', '192.0.2.1'); // true
 */
export class Sites {
  readonly #allowed: ReadonlySet<string> | undefined;
  readonly #max: number;
  readonly #isClaimed: (site: string) => boolean;
  readonly #claimed = new Set<string>();
  /** Sites that have a place without being claimed. */
  readonly #unclaimed = new Set<string>();
  readonly #probation = new SiteProbation();
  readonly #names: Memo<{ readonly site: string } | { readonly reason: SiteReason }>;

  /** @param options `isClaimed`: whether a definition names a site, such as a goal or a bound token. Default: none does */
  constructor(options: {
    allowed?: readonly string[] | undefined;
    max: number;
    isClaimed?: ((site: string) => boolean) | undefined;
  }) {
    this.#allowed = options.allowed && new Set(options.allowed.map(siteName));
    this.#max = options.max;
    this.#isClaimed = options.isClaimed ?? (() => false);
    this.#names = new Memo({ most: 10_000, longest: LIMITS.site + 10 }, (text) => this.#name(text));
  }

  /** Readmits sites counted before a restart, even beyond the maximum. Those admitted since are newer. */
  remember(sites: { readonly claimed: Iterable<string>; readonly unclaimed: Iterable<string> }): void {
    for (const site of sites.claimed) this.#claimed.add(site);
    const unclaimed = [...sites.unclaimed, ...this.#unclaimed];
    this.#unclaimed.clear();
    for (const site of unclaimed) if (!this.#claimed.has(site)) this.#unclaimed.add(site);
  }

  /** Forgets a site: it does not take one of `max` places until its next hit. */
  removeSite(site: string): void {
    this.#claimed.delete(site);
    this.#unclaimed.delete(site);
    this.#probation.forget(site);
  }

  /** @param text a host name in any case; may include a port */
  nameOf(text: string): { readonly site: string } | { readonly reason: SiteReason } {
    return this.#names.of(text);
  }

  /**
   * Whether a site has a place, or gets one. Called only for a hit that nothing else refuses.
   *
   * @param site from `nameOf`
   * @param network of the client: see `ClientNetworks`; '' for a sender with a token
   */
  admit(site: string, network: string): boolean {
    if (this.#allowed || this.#max === Number.POSITIVE_INFINITY || this.#claimed.has(site)) return true;
    const isVisited = network === '' || this.#probation.visit(site, network);
    if (isVisited && this.#claimed.size < this.#max) {
      this.claim(site);
      return true;
    }
    if (this.#unclaimed.has(site)) return true;
    if (this.#isClaimed(site)) {
      this.claim(site);
      return true;
    }
    if (this.#claimed.size + this.#unclaimed.size >= this.#max) return false;
    this.#unclaimed.add(site);
    return true;
  }

  /** Gives a site a place of its own, even beyond the maximum. */
  claim(site: string): void {
    this.#probation.forget(site);
    this.#unclaimed.delete(site);
    this.#claimed.add(site);
    const excess = this.#claimed.size + this.#unclaimed.size > this.#max;
    // The newest, since those of before an attack are more likely to be real.
    const newest = excess ? [...this.#unclaimed].at(-1) : undefined;
    if (newest !== undefined) this.#unclaimed.delete(newest);
  }

  #name(text: string): { site: string } | { reason: SiteReason } {
    const site = siteName(text);
    if (site === '') return { reason: 'invalid' };
    return this.#allowed && !this.#allowed.has(site) ? { reason: 'site_not_allowed' } : { site };
  }
}
