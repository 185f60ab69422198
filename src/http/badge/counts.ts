import { RecentMap } from '../../cache/recent-map.ts';
import { HitError } from '../../errors.ts';
import { presetPeriod } from '../../query/period.ts';
import type { ServerContext } from '../context.ts';

/** The period of a badge: all time, or a period that ends now. */
export const BADGE_PERIODS = ['all', '30d', '7d', 'today'] as const;
export type BadgePeriod = (typeof BADGE_PERIODS)[number];

/** How long an answer is cached, in milliseconds: a badge on a busy page costs one query a minute. */
const FRESH_MS = 60_000;
/** Most cached answers. */
const MOST_KEPT = 5000;

/** Null if the required hits are purged. */
export interface BadgeCount {
  readonly hits: number | null;
  readonly visitors: number | null;
}

interface CachedCount {
  readonly at: number;
  readonly count: Promise<BadgeCount>;
}

/** Runs a query when its turn comes: made-up paths must not keep others from their answers. */
export type Admit = <Result>(query: () => Promise<Result>) => Promise<Result>;

/** Counts of sites and pages, each queried at most once a minute. */
export class BadgeCounts {
  readonly #context: Pick<ServerContext, 'db' | 'live' | 'now'>;
  readonly #cache = new RecentMap<string, CachedCount>(MOST_KEPT);

  constructor(context: Pick<ServerContext, 'db' | 'live' | 'now'>) {
    this.#context = context;
  }

  /**
   * @param path undefined for the whole site
   * @throws HitError `not_found` without a database, and what `admit` throws
   */
  read(site: string, path: string | undefined, period: BadgePeriod, admit: Admit): Promise<BadgeCount> {
    const key = JSON.stringify([site, path, period]);
    const now = this.#context.now();
    const kept = this.#cache.get(key);
    if (kept && now - kept.at < FRESH_MS) return kept.count;
    const count = this.#query(site, path, period, now, admit);
    this.#cache.set(key, { at: now, count });
    // Failed queries are not cached.
    count.catch(() => this.#cache.delete(key));
    return count;
  }

  async #query(
    site: string,
    path: string | undefined,
    period: BadgePeriod,
    now: number,
    admit: Admit,
  ): Promise<BadgeCount> {
    const { db, live } = this.#context;
    if (path === undefined && period === 'all' && live) return (await live.read(site, [])).total;
    if (!db) throw new HitError('not_found', 'there is no database here: start the server with --tracker db');
    const from = fromOf(period, now);
    const { totals } = await admit(() =>
      db.stats({
        site,
        ...(path !== undefined && { filter: `path=${path.replaceAll(/[*|\\]/g, '\\$&')}` }),
        ...(from !== undefined && {
          from: new Date(from).toISOString(),
          to: new Date(now + 1).toISOString(),
        }),
      }),
    );
    return { hits: totals.hits, visitors: totals.visitors };
  }
}

/** Days are UTC days, since a badge does not know its reader's time zone. */
function fromOf(period: BadgePeriod, now: number): number | undefined {
  return period === 'all' ? undefined : presetPeriod(period, now, 'UTC').from;
}
