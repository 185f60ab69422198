import type { SiteDay } from '../store/site-day.ts';

/** Milliseconds for which a day is remembered after its visits are complete again: longer than any query that read them meanwhile. */
const KEPT = 600_000;

/**
 * Days whose visits are being recomputed: some are missing meanwhile, and after a failure until a retry succeeds.
 *
 * @example
 * const since = Date.now();
 * const answer = await ask();
 * rebuilt.first(['a.example'], since); // visits from then on may have been missing in the answer
 */
export class RebuiltDays {
  /** Start of the day → the time when its visits were complete again; infinity if they are not. Milliseconds since 1970. */
  readonly #sites = new Map<string, Map<number, number>>();
  readonly #now: () => number;

  constructor(now = Date.now) {
    this.#now = now;
  }

  begin(days: readonly SiteDay[]): void {
    this.#prune();
    this.#set(days, Number.POSITIVE_INFINITY);
  }

  end(days: readonly SiteDay[]): void {
    this.#set(days, this.#now());
  }

  /**
   * The start of the first day whose visits may have been missing at or after a moment, in milliseconds since 1970; infinity if
   * there is none.
   *
   * @param sites none: all
   */
  first(sites: readonly string[], moment: number): number {
    let first = Number.POSITIVE_INFINITY;
    for (const site of sites.length === 0 ? this.#sites.keys() : sites)
      for (const [start, end] of this.#sites.get(site) ?? [])
        if (end >= moment) first = Math.min(first, start);
    return first;
  }

  #set(days: readonly SiteDay[], end: number): void {
    for (const { site, day } of days) {
      const its = this.#sites.get(site) ?? new Map<number, number>();
      this.#sites.set(site, its.set(Date.parse(`${day}T00:00:00Z`), end));
    }
  }

  #prune(): void {
    const until = this.#now() - KEPT;
    for (const [site, days] of this.#sites) {
      for (const [start, end] of days) if (end < until) days.delete(start);
      if (days.size === 0) this.#sites.delete(site);
    }
  }
}
