import { HitError } from '../errors.ts';
import { type Drainable, drainAndRollUp } from '../rollup/drain-and-roll-up.ts';
import type { Rollups } from '../rollup/rollups.ts';
import { agesText } from '../settings/ages.ts';
import type { Store } from '../store/store.ts';
import { SerialQueue } from '../timing/serial-queue.ts';
import { readExceptions, withExceptions } from './exceptions.ts';
import type { RetentionPolicy } from './policy.ts';
import { type Purged, purge } from './purge.ts';

/** What was or would be deleted, and the retention applied. */
export interface PurgeSummary extends Purged {
  /** Ages in the format of `--keep-hits`. */
  readonly keep_hits: string;
  readonly keep_rollups: string;
  readonly keep_visits: string;
  /** Sites that are exempt, and since when: see `exceptions.ts`. */
  readonly exceptions: readonly { readonly site: string; readonly since: string }[];
}

export interface RetentionJobOptions extends Drainable {
  readonly store: Store;
  readonly rollups: Pick<Rollups, 'rollUp' | 'removable'>;
  /** Default policy of a purge. */
  readonly policy: RetentionPolicy;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Work that must not run at the same time, such as deletions of sites. Default: only purges. */
  readonly queue?: SerialQueue;
}

/**
 * Purges a store, one purge at a time, after all acknowledged hits are in it and rolled up.
 *
 * @example
 * const retentionJob = new RetentionJob({ store, spool, rollups, policy, now: Date.now });
 * await retentionJob.run({ dryRun: true }); // { dry_run: true, hits: [{ site, before, rows, bytes }], rollups: [], visits: [], … }
 */
export class RetentionJob {
  readonly #options: RetentionJobOptions;
  readonly #queue: SerialQueue;

  constructor(options: RetentionJobOptions) {
    this.#options = options;
    this.#queue = options.queue ?? new SerialQueue();
  }

  /**
   * @param options `signal` stops waiting for the store, but not a running deletion
   * @throws HitError `store_unavailable`, `overloaded`, `interrupted`
   */
  run({
    policy,
    dryRun = false,
    signal,
  }: {
    policy?: Partial<RetentionPolicy>;
    dryRun?: boolean;
    signal?: AbortSignal;
  } = {}): Promise<PurgeSummary> {
    return this.#queue.run(async () => {
      // On a full disk nothing gets into the store, and purging is how an owner frees space: rolled-up hits may be deleted.
      const { guard } = this.#options.store;
      if (!(await guard.isFull())) await drainAndRollUp(this.#options, signal);
      return this.#purge({ ...this.#options.policy, ...policy }, dryRun);
    });
  }

  async #purge(policy: RetentionPolicy, dryRun: boolean): Promise<PurgeSummary> {
    const { store, rollups, now } = this.#options;
    if (store.guard.parts.isIncomplete('horizons')) {
      throw new HitError(
        'store_unavailable',
        'nothing is purged: a part of the table "horizons", which has the sites exempt by import --keep, is broken: run "doctor --repair", which says what to do',
      );
    }
    const exceptions = await readExceptions(store);
    const ages = withExceptions(
      policy,
      exceptions.map(({ site }) => site),
    );
    const source = { store, removable: () => rollups.removable() };
    const purged = await store.guard.deleting(() => purge(source, ages, now(), dryRun));
    return {
      ...purged,
      keep_hits: agesText(policy.hits),
      keep_rollups: agesText(policy.rollups),
      keep_visits: agesText(policy.visits),
      exceptions: exceptions.map(({ site, since }) => ({ site, since: new Date(since).toISOString() })),
    };
  }
}
