import { isIPv6 } from 'node:net';
import { Memo } from '../cache/memo.ts';
import type { DropReason } from './drop-reason.ts';
import { LIMITS } from './hit.ts';

/** Why a site is rejected. */
export type SiteReason = Extract<DropReason, 'invalid' | 'site_not_allowed' | 'too_many_sites'>;

const HOST_NAME = /^(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/;

/**
 * Decides which sites are counted: a fixed list, or any sites up to a maximum number.
 *
 * @example
 * const sites = new Sites({ allowed: ['example.com'], max: 1000 });
 * sites.admit('Example.com:8080'); // { site: 'example.com' }
 * sites.admit('example.org');      // { reason: 'site_not_allowed' }
 */
export class Sites {
  readonly #allowed: ReadonlySet<string> | undefined;
  readonly #max: number;
  readonly #seen = new Set<string>();
  readonly #cache: Memo<{ readonly site: string } | { readonly reason: SiteReason }>;

  constructor(options: { allowed?: readonly string[] | undefined; max: number }) {
    this.#allowed = options.allowed && new Set(options.allowed.map(siteName));
    this.#max = options.max;
    this.#cache = new Memo({ most: 10_000, longest: LIMITS.site + 10 }, (text) => this.#check(text));
  }

  /** Readmits sites counted before a restart. Must be called before any other site is checked. */
  remember(sites: Iterable<string>): void {
    for (const site of sites) this.#seen.add(site);
  }

  /** Forgets a site: it does not take one of `max` places until its next hit. */
  removeSite(site: string): void {
    this.#seen.delete(site);
    this.#cache.clear();
  }

  /** @param text a host name in any case; may include a port */
  admit(text: string): { readonly site: string } | { readonly reason: SiteReason } {
    return this.#cache.of(text);
  }

  #check(text: string): { site: string } | { reason: SiteReason } {
    const site = siteName(text);
    if (site === '') return { reason: 'invalid' };
    if (this.#allowed) return this.#allowed.has(site) ? { site } : { reason: 'site_not_allowed' };
    if (!this.#seen.has(site)) {
      if (this.#seen.size >= this.#max) return { reason: 'too_many_sites' };
      this.#seen.add(site);
    }
    return { site };
  }
}

/** The site of a host name: lower case, without port and final dot; '' if the text is not a host name. */
export function siteName(host: string): string {
  let name = host.trim().toLowerCase();
  if (name.startsWith('[')) {
    name = name.slice(1, Math.max(1, name.indexOf(']')));
    return isIPv6(name) && !name.includes('%') ? name : '';
  }
  if (name.indexOf(':') === name.lastIndexOf(':')) name = name.replace(/:\d*$/, '');
  else return isIPv6(name) && !name.includes('%') ? name : '';
  if (name.endsWith('.')) name = name.slice(0, -1);
  return name.length <= LIMITS.site && HOST_NAME.test(name) ? name : '';
}
