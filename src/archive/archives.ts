import { HitError } from '../errors.ts';
import { recordCutoffs } from '../retention/cutoffs.ts';
import { type Drainable, drainAndRollUp } from '../rollup/drain-and-roll-up.ts';
import type { Rollups } from '../rollup/rollups.ts';
import type { Store } from '../store/store.ts';
import { SerialQueue } from '../timing/serial-queue.ts';
import { DAY } from '../timing/units.ts';
import {
  type ArchiveOptions,
  type ArchiveProgress,
  type ArchiveSummary,
  type ArchiveWork,
  archiveHits,
} from './archiver.ts';
import { Catalog } from './catalog.ts';
import { deletedParts, reimportedHits } from './deleted-parts.ts';
import { engineOf } from './engine.ts';
import { startOf } from './in-parts.ts';
import { openStorage } from './open-storage.ts';
import { type ArchiveReader, cleaned } from './reader.ts';
import { type RestoreOptions, type RestoreSummary, restoreHits } from './restorer.ts';
import { waitForMutations } from './rows.ts';
import type { ArchiveAddress, ArchiveStorage } from './storage.ts';

export interface ArchivesOptions extends Drainable {
  readonly store: Store;
  /** Only hits that are rolled up and in the visits leave the store. */
  readonly rollups: Pick<Rollups, 'rollUp' | 'removable'> & {
    readonly visits: Pick<Rollups['visits'], 'fillIn'>;
  };
  /** Readers of archives in this process. */
  readonly readers?: readonly ArchiveReader[];
  /** Work that must not run at the same time: deletions of sites. Default: none. */
  readonly queue?: SerialQueue;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** How a task is watched and interrupted. */
export interface ArchiveWatch<Progress = ArchiveProgress> {
  readonly onProgress: (progress: Progress) => void;
  readonly signal: AbortSignal;
}

/**
 * Moves hits between a store and archives, one task at a time.
 *
 * @example
 * const archives = new Archives({ store, spool, rollups, now: Date.now });
 * await archives.archive({ location: '/archive' }, { olderThan: 90, site: '', dryRun: false }, watch);
 */
export class Archives {
  readonly #options: ArchivesOptions;
  readonly #queue: SerialQueue;
  #isBusy = false;

  constructor(options: ArchivesOptions) {
    this.#options = options;
    this.#queue = options.queue ?? new SerialQueue();
  }

  /** @throws HitError `bad_setting`, `overloaded`, `archive_failed`, `interrupted`, `store_unavailable` */
  archive(to: ArchiveAddress, options: ArchiveOptions, watch: ArchiveWatch): Promise<ArchiveSummary> {
    return this.#run(to, async (parts) => {
      const { store, rollups, readers = [] } = this.#options;
      await drainAndRollUp(this.#options, watch.signal);
      const work = {
        ...parts,
        rolledUp: await rollups.removable(),
        staying: await reimportedHits(store),
        onCommitted: async () => {
          await Promise.all(readers.map((reader) => reader.settle()));
        },
        now: this.#options.now,
        signal: watch.signal,
      };
      return archiveHits(work, options, watch.onProgress);
    });
  }

  /** @throws as `archive` does */
  restore(from: ArchiveAddress, options: RestoreOptions, watch: ArchiveWatch): Promise<RestoreSummary> {
    return this.#run(from, async (parts) => {
      const isDeleted = await deletedParts(this.#options.store);
      const work = { ...parts, isDeleted, now: this.#options.now, signal: watch.signal };
      const summary = await restoreHits(work, options, watch.onProgress);
      const days = parts.catalog.parts(options).map(({ manifest }) => startOf(manifest.day));
      // Visits of hits that were archived by a version without visits. Also if an earlier restoration was interrupted here.
      if (!options.dryRun && days.length > 0) {
        const to = Math.max(...days) + DAY;
        await this.#options.rollups.visits.fillIn({ from: Math.min(...days), to });
      }
      return summary;
    });
  }

  async #run<Summary>(
    { location, ...access }: ArchiveAddress,
    run: (parts: {
      engine: ReturnType<typeof engineOf>;
      storage: ArchiveStorage;
      catalog: Catalog;
      noteGone: ArchiveWork['noteGone'];
      leaving: ArchiveWork['leaving'];
    }) => Promise<Summary>,
  ): Promise<Summary> {
    if (this.#isBusy) {
      const message = 'hits are already being archived or restored; try again later';
      throw new HitError('overloaded', message, { retryAfter: 60 });
    }
    this.#isBusy = true;
    try {
      return await this.#queue.run(async () => {
        await using connection = this.#options.store.dedicatedConnection();
        const engine = engineOf(connection);
        const storage = openStorage(location, access, engine);
        try {
          await waitForMutations(engine);
          const catalog = new Catalog(storage);
          await catalog.refresh();
          const noteGone = (gone: ReadonlyMap<string, number>) => recordCutoffs(connection, 'hits', gone);
          const leaving = (gone: string) => this.#options.store.ledger.markRemoved('archived', gone);
          const parts = { engine, storage, catalog, noteGone, leaving };
          return await this.#options.store.guard.deleting(() => run(parts));
        } catch (error) {
          throw cleaned(error, storage);
        }
      });
    } finally {
      this.#isBusy = false;
    }
  }
}
