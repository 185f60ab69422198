import type { Logger } from 'pino';
import { liveMemory } from '../cache/process-memory.ts';
import type { DataFolder } from '../folder/folder.ts';
import { messagesOf } from '../http/log.ts';
import { type ServedLive, servedOwn, servedShared } from '../http/served-live.ts';
import type { Live, SiteRemoval } from '../live/live.ts';
import { MemoryLive } from '../live/memory.ts';
import type { DBTracker } from '../trackers/db.ts';
import { restoreAfterRemoval, restoreLive } from '../trackers/restore-live.ts';
import type { ServeValues } from './options.ts';

/** The live counts of a server. */
export interface ServerLive {
  /** Counts hits. */
  readonly counts: Live;
  /** For the routes. */
  readonly served: ServedLive;
  /** Counts what the store already has, unless the counts have survived the last server. */
  restore(db: DBTracker): Promise<void>;
  /** Removes the counts of a deleted site. */
  readonly removal: SiteRemoval;
  /** Counts what is left in the store after a site was removed. */
  restoreAfterRemoval(db: DBTracker, site: string): Promise<void>;
}

/**
 * Opens live counts as configured: in memory, or in Redis, which nodes share.
 *
 * @param resources close what was opened
 * @returns undefined without the simple or the rate tracker
 */
export async function openLive(
  folder: DataFolder,
  values: ServeValues,
  log: Logger,
  resources: AsyncDisposableStack,
): Promise<ServerLive | undefined> {
  const rate = values.tracker!.includes('rate');
  if (!rate && !values.tracker!.includes('simple')) return undefined;
  const common = { expectedVisitors: values['expected-visitors']!, rate, now: Date.now };
  if (values.live) {
    // Only imported if it is used.
    const { RedisLive } = await import('../live/redis/redis.ts');
    const live = resources.use(new RedisLive({ ...common, address: values.live, log: messagesOf(log) }));
    const nothing = async () => undefined;
    const served = servedShared(live);
    return { counts: live, served, removal: live, restore: nothing, restoreAfterRemoval: nothing };
  }
  const live = resources.use(
    new MemoryLive({
      ...common,
      maxBytes: values['live-memory'] ?? liveMemory(),
      folder: folder.path,
      onFault: (message) => log.warn(message),
    }),
  );
  return {
    counts: live,
    served: servedOwn(live),
    removal: live,
    restore: (db) => restoreLive(live, db.store, Date.now(), db.spool.writer),
    restoreAfterRemoval: (db, site) => restoreAfterRemoval(live, db, site),
  };
}
