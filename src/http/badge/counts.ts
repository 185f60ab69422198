import { HitError } from '../../errors.ts';
import { presetPeriod } from '../../query/period.ts';
import type { ServerContext } from '../context.ts';

/** What a badge counts: all there ever were, or those of a period that ends now. */
export const BADGE_PERIODS = ['all', '30d', '7d', 'today'] as const;
export type BadgePeriod = (typeof BADGE_PERIODS)[number];

/** An answer serves so long, in milliseconds: a badge on a busy page is one question a minute. */
const FRESH_MS = 60_000;
/** Answers that are kept. */
const MOST_KEPT = 5000;
/** Questions at once; somebody who makes up paths must not keep others from their answers. */
const MOST_AT_ONCE = 2;

/** Null where the hits that are needed are purged. */
export interface BadgeCount {
  readonly hits: number | null;
  readonly visitors: number | null;
}

interface Kept {
  readonly at: number;
  readonly count: Promise<BadgeCount>;
}

/** Counts of sites and pages, each asked for once a minute. */
export class BadgeCounts {
  readonly #context: Pick<ServerContext, 'db' | 'live' | 'now'>;
  /** The one made longest ago first. */
  readonly #kept = new Map<string, Kept>();
  #underWay = 0;

  constructor(context: Pick<ServerContext, 'db' | 'live' | 'now'>) {
    this.#context = context;
  }

  /**
   * @param path undefined is the whole site
   * @throws HitError `not_found` without a database, `overloaded` where too many others are asked for
   */
  read(site: string, path: string | undefined, period: BadgePeriod): Promise<BadgeCount> {
    const key = JSON.stringify([site, path, period]);
    const now = this.#context.now();
    const kept = this.#kept.get(key);
    if (kept && now - kept.at < FRESH_MS) return kept.count;
    const count = this.#ask(site, path, period, now);
    this.#kept.delete(key);
    this.#kept.set(key, { at: now, count });
    if (this.#kept.size > MOST_KEPT) this.#kept.delete(this.#kept.keys().next().value!);
    // What failed is asked for again.
    count.catch(() => this.#kept.delete(key));
    return count;
  }

  async #ask(site: string, path: string | undefined, period: BadgePeriod, now: number): Promise<BadgeCount> {
    const { db, live } = this.#context;
    if (path === undefined && period === 'all' && live) return (await live.read(site, [])).total;
    if (!db) throw new HitError('not_found', 'there is no database here: start the server with --tracker db');
    if (this.#underWay >= MOST_AT_ONCE) {
      throw new HitError('overloaded', 'too many badges are being requested', { retryAfter: 2 });
    }
    this.#underWay++;
    try {
      const from = fromOf(period, now);
      const { totals } = await db.stats({
        site,
        ...(path !== undefined && { filter: `path=${path.replaceAll(/[*|\\]/g, '\\$&')}` }),
        ...(from !== undefined && {
          from: new Date(from).toISOString(),
          to: new Date(now + 1).toISOString(),
        }),
      });
      return { hits: totals.hits, visitors: totals.visitors };
    } finally {
      this.#underWay--;
    }
  }
}

/** Days are those of UTC, since a badge does not know its reader. */
function fromOf(period: BadgePeriod, now: number): number | undefined {
  return period === 'all' ? undefined : presetPeriod(period, now, 'UTC').from;
}
