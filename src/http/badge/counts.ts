import { RecentMap } from '../../cache/recent-map.ts';
import { HitError } from '../../errors.ts';
import { presetPeriod } from '../../query/period.ts';
import type { DBTracker } from '../../trackers/db.ts';
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

/** Runs a query when the turn of its reader comes: made-up pages must not keep others from their answers. */
export type Admit = (
  query: { readonly site: string; readonly identity: readonly unknown[] },
  run: () => Promise<BadgeCount>,
) => Promise<BadgeCount>;

/** Counts of sites and pages, each queried at most once a minute. */
export class BadgeCounts {
  readonly #context: Pick<ServerContext, 'db' | 'live' | 'now'>;
  readonly #cache = new RecentMap<string, { readonly at: number; readonly count: BadgeCount }>(MOST_KEPT);

  constructor(context: Pick<ServerContext, 'db' | 'live' | 'now'>) {
    this.#context = context;
  }

  /**
   * @param path undefined for the whole site
   * @throws HitError `not_found` without a database, and what `admit` throws
   */
  async read(site: string, path: string | undefined, period: BadgePeriod, admit: Admit): Promise<BadgeCount> {
    const { db, live } = this.#context;
    const identity = ['badge', site, path, period];
    const key = JSON.stringify(identity);
    if (path === undefined && period === 'all' && live)
      return this.#counted(key, async () => (await live.read(site, [])).total);
    if (!db) throw new HitError('not_found', 'there is no database here: start the server with --tracker db');
    return (
      this.#recent(key) ??
      // Another reader's query may have ended while this one waited.
      admit({ site, identity }, () => this.#counted(key, (now) => storedCount(db, site, path, period, now)))
    );
  }

  /** The count of the last minute, or else a new one. */
  async #counted(key: string, count: (now: number) => Promise<BadgeCount>): Promise<BadgeCount> {
    const known = this.#recent(key);
    if (known) return known;
    const at = this.#context.now();
    const found = await count(at);
    this.#cache.set(key, { at, count: found });
    return found;
  }

  #recent(key: string): BadgeCount | undefined {
    const kept = this.#cache.get(key);
    return kept && this.#context.now() - kept.at < FRESH_MS ? kept.count : undefined;
  }
}

async function storedCount(
  db: DBTracker,
  site: string,
  path: string | undefined,
  period: BadgePeriod,
  now: number,
): Promise<BadgeCount> {
  const from = fromOf(period, now);
  const { totals } = await db.stats({
    site,
    ...(path !== undefined && { filter: `path=${path.replaceAll(/[*|\\]/g, '\\$&')}` }),
    ...(from !== undefined && { from: new Date(from).toISOString(), to: new Date(now + 1).toISOString() }),
  });
  return { hits: totals.hits, visitors: totals.visitors };
}

/** Days are UTC days, since a badge does not know its reader's time zone. */
function fromOf(period: BadgePeriod, now: number): number | undefined {
  return period === 'all' ? undefined : presetPeriod(period, now, 'UTC').from;
}
