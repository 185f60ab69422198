/**
 * Deletes sites with all that they have, one at a time.
 *
 * The hits that are deleted are those in the store when the deletion begins, which are all that were acknowledged before it was
 * requested. A record in the store fixes that moment: if the process dies before the record, nothing was deleted; if it
 * dies after it, the next start completes the deletion. Hits that come later are counted as those of a new site.
 *
 * The record of the end is written between two deliveries, because a backup freezes all tables between two: so it has
 * either a deletion that its first start completes, or none of it, or all of it (queries/backup_tables.sql).
 */
import { quote } from '../clickhouse/literals.ts';
import { coveredBy } from '../clickhouse/watermarks.ts';
import { HitError } from '../errors.ts';
import { drainAndRollUp } from '../rollup/drain-and-roll-up.ts';
import { COUNT, object, type Static, TEXT } from '../schema/schema.ts';
import type { Spool } from '../spool/spool.ts';
import { UNTIMED_LIMITS } from '../store/query-limits.ts';
import { aborted } from '../timing/aborted.ts';
import { SerialQueue } from '../timing/serial-queue.ts';
import { type Deletion, pendingDeletions, recordBegin, recordEnd } from './deletion.ts';
import { deleteRows, type SiteRows } from './site-rows.ts';

/** What was deleted: hits that were stored one by one, and visits. */
export const DELETED_SITE = object({ site: TEXT, hits: COUNT, visits: COUNT });
export type DeletedSite = Static<typeof DELETED_SITE>;

/** Something outside of the store that belongs to sites, such as goals, tokens or live counts. */
export interface SiteData {
  /** Whether it has something of a site. Default: it does not say. */
  readonly has?: (site: string) => boolean;
  /** Removes what it has of a site. It may be called again, if a deletion was interrupted. */
  removeSite(site: string): void | Promise<void>;
}

export interface SiteDeletionsOptions extends SiteRows {
  readonly spool: Pick<Spool, 'flush' | 'pauseDelivery'>;
  readonly siteData: readonly SiteData[];
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Called when a site is deleted, before that is recorded. Default: nothing. */
  readonly onDeleted?: (site: string) => Promise<void>;
  /** Runs work while nothing else removes hits or brings them back. Default: only one deletion at a time. */
  readonly queue?: Pick<SerialQueue, 'run'>;
}

/**
 * @example
 * const deletions = new SiteDeletions({ store, spool, rollups, siteData: [tokens, resources], now: Date.now });
 * await deletions.delete('example.com'); // { site: 'example.com', hits: 1234, visits: 321 }
 */
export class SiteDeletions {
  readonly #options: SiteDeletionsOptions;
  readonly #queue: Pick<SerialQueue, 'run'>;

  constructor(options: SiteDeletionsOptions) {
    this.#options = options;
    this.#queue = options.queue ?? new SerialQueue();
  }

  /**
   * @param site as stored
   * @param signal stops waiting for the store and for other work, but not a deletion that has begun
   * @returns undefined if there is no such site
   * @throws HitError `store_unavailable`, `store_full`, `overloaded`: a deletion that has begun is completed by the next one, or
   *   by the next start; `overloaded` also if other work lasts longer than the signal waits, and `interrupted`: nothing has begun
   */
  delete(site: string, signal?: AbortSignal): Promise<DeletedSite | undefined> {
    const { store, rollups, siteData, now } = this.#options;
    return this.#inTurn(signal, async () => {
      const left = await this.#completeAll();
      // On a full disk nothing gets into the store, and deleting a site is how an owner frees space.
      if (!(await store.guard.isFull())) await drainAndRollUp(this.#options, signal);
      // First of all, as hits of an import or of another node may be stored meanwhile: they stay, and are not counted here.
      const deletion = { site, requested: now(), watermarks: await rollups.removable() };
      const [found] = await store.rows<Record<'hits' | 'visits' | 'is_known', string | number>>(
        'deletion_counts',
        { site },
        UNTIMED_LIMITS,
        {
          covered: coveredBy(deletion.watermarks),
          covered_visits: coveredBy(deletion.watermarks, 'v.batch'),
        },
      );
      const counts = { hits: Number(found?.hits), visits: Number(found?.visits) };
      const isKnown = Number(found?.is_known) === 1;
      if (!isKnown && !left.includes(site) && !siteData.some((each) => each.has?.(site))) return undefined;
      await recordBegin(store, deletion);
      await this.#complete(deletion);
      return { site, ...counts };
    });
  }

  /** Completes deletions that were interrupted. @returns their sites. @throws HitError as `delete` does */
  resume(): Promise<readonly string[]> {
    return this.#queue.run(() => this.#completeAll());
  }

  /** Runs work when its turn comes. @throws HitError `overloaded` if the signal aborts before */
  async #inTurn<Result>(signal: AbortSignal | undefined, work: () => Promise<Result>): Promise<Result> {
    const tooLate = () =>
      new HitError('overloaded', 'hits are being purged, archived or restored: delete the site later', {
        retryAfter: 60,
      });
    let hasBegun = false;
    const result = this.#queue.run(() => {
      if (signal?.aborted) throw tooLate();
      hasBegun = true;
      return work();
    });
    if (signal) {
      await Promise.race([aborted(signal), result.catch(() => undefined)]);
      if (!hasBegun) throw tooLate();
    }
    return result;
  }

  async #completeAll(): Promise<readonly string[]> {
    const pending = await pendingDeletions(this.#options.store);
    for (const deletion of pending) await this.#complete(deletion);
    return pending.map(({ site }) => site);
  }

  async #complete(deletion: Deletion): Promise<void> {
    const { store, spool, siteData, onDeleted } = this.#options;
    for (const each of siteData) await each.removeSite(deletion.site);
    await deleteRows(this.#options, deletion);
    await assertGone(this.#options, deletion);
    await onDeleted?.(deletion.site);
    await spool.pauseDelivery(() => recordEnd(store, deletion));
  }
}

/** @throws HitError `internal` if hits of the deletion are still stored */
async function assertGone({ store }: SiteRows, { site, watermarks }: Deletion): Promise<void> {
  const fragments = { site: quote(site), covered: coveredBy(watermarks) };
  const days = await store.rows('deletion_rest', {}, UNTIMED_LIMITS, fragments);
  if (days.length > 0) throw new HitError('internal', `hits of ${site} are left after its deletion`);
}
