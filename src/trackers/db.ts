import { ArchiveReader } from '../archive/reader.ts';
import { DataFolder } from '../folder/folder.ts';
import { Intake } from '../hit/intake.ts';
import { settledOptions } from '../hit/intake-settings.ts';
import { RateLimit } from '../hit/rate-limit.ts';
import type { Prop, SiteSummary, Stats, Top } from '../query/answers.ts';
import { CurrentVisits, type VisitsUntil } from '../query/current-visits.ts';
import type { Goal } from '../query/engine/query.ts';
import { readQuery } from '../query/language/query-reader.ts';
import type { QueryParams } from '../query/params.ts';
import { queryTime } from '../query/period.ts';
import { queryAnswer } from '../query/query-answer.ts';
import type { QueryAnswer } from '../query/query-schemas.ts';
import { readRanking } from '../query/ranking.ts';
import {
  readComparison,
  readInterval,
  readLimit,
  readMetrics,
  readSelection,
  readTimeZone,
} from '../query/selection.ts';
import { sites } from '../query/sites.ts';
import { stats } from '../query/stats.ts';
import { props, top } from '../query/top.ts';
import { propsQuery, rankingQuery, visitQuery } from '../query/visit-query.ts';
import { Rollups } from '../rollup/rollups.ts';
import { SEAL_BYTES } from '../spool/bounds.ts';
import { keySpooledRecords } from '../spool/keyed-records.ts';
import { Spool } from '../spool/spool.ts';
import type { SpoolOptions } from '../spool/spool-options.ts';
import { Store } from '../store/store.ts';
import { waitUpTo } from '../timing/time-limit.ts';
import { checkDBOptions, type DBTrackerOptions, SILENT_LOG } from './db-options.ts';
import { FirstDelivery } from './first-delivery.ts';
import type { TrackInput } from './input.ts';
import type { Uncounted } from './request-filter.ts';
import { resumeDeletions } from './resume-deletions.ts';
import { TrackedHits } from './tracked-hits.ts';
import { type AskedOfVisits, VisitQueries } from './visit-queries.ts';
import { proxiesOf } from './visitor-names.ts';

/** Milliseconds that a read waits for acknowledged hits to be stored, as they are missing in its answer otherwise. */
const DELIVERY_TIMEOUT = 15_000;
/** The same while deliveries fail, and are retried. */
const FAILING_DELIVERY_TIMEOUT = 3000;

/** Milliseconds for which closing delivers hits. */
const CLOSE_TIMEOUT = 10_000;
/** Milliseconds that a delivery in progress may take after that. */
const CLOSE_GRACE = 500;

/**
 * Stores hits in a database, batched and with their times, and answers queries for any period. Published types omit what is internal.
 *
 * @example
 * await using db = await DBTracker.open({ dataDir: './data' });
 * await db.track({ visitor: 'ann' }); // resolves when the hit is durable
 * (await db.stats({ interval: 'day' })).totals; // { hits: 1, visitors: 1 }
 */
export class DBTracker extends VisitQueries {
  /** @internal */ readonly store: Store;
  /** @internal */ readonly spool: Spool;
  /** @internal */ readonly rollups: Rollups;
  /** @internal */ readonly archive: ArchiveReader | undefined;
  /** What must happen before a hit of this process is stored. @internal */
  readonly firstDelivery: FirstDelivery;
  readonly #visits: CurrentVisits;
  readonly #hits: TrackedHits;
  readonly #closeTimeout: number;
  readonly #onClose: () => void;

  private constructor(
    {
      store,
      spool,
      archive,
      firstDelivery,
    }: Pick<DBTracker, 'store' | 'spool' | 'archive' | 'firstDelivery'>,
    hits: TrackedHits,
    { log, closeTimeout }: { log: SpoolOptions['log']; closeTimeout: number | undefined },
    onClose: () => void,
  ) {
    super();
    this.store = store;
    this.spool = spool;
    this.archive = archive;
    this.firstDelivery = firstDelivery;
    firstDelivery.writer = spool.writer;
    this.rollups = new Rollups(store, { log });
    this.#visits = new CurrentVisits(store, this.rollups.visits);
    this.#hits = hits;
    this.#closeTimeout = closeTimeout ?? CLOSE_TIMEOUT;
    this.#onClose = onClose;
  }

  /**
   * Opens the data folder for this process, and recovers hits that an earlier one left in the spool.
   *
   * @throws HitError `invalid` or `bad_setting` for an option; `engine_unavailable` without the embedded engine;
   *   `data_dir_locked`, `data_dir_unusable`, `data_dir_newer`, `store_unavailable`
   * @example await using db = await DBTracker.open({ dataDir: './data', durability: 'process' });
   */
  static async open(options: DBTrackerOptions = {}): Promise<DBTracker> {
    checkDBOptions(options);
    const folder = DataFolder.open(options.dataDir ?? './data');
    try {
      const { salts, key, importSalt } = folder.secrets;
      const intake = new Intake({
        ...(await settledOptions({ key, importSalt, geoDatabase: options.geoDatabase })),
        proxies: proxiesOf(options.trustProxy ?? 'loopback'),
        limit: RateLimit.parse('off'),
        salts,
        identity: 'cookieless',
        now: Date.now,
      });
      return await DBTracker.in(folder, intake, options, () => folder.close());
    } catch (error) {
      folder.close();
      throw error;
    }
  }

  /** Like `open`, in a folder that the caller has locked and keeps locked. @internal */
  static async in(
    folder: DataFolder,
    intake: Intake,
    options: Omit<DBTrackerOptions, 'dataDir' | 'trustProxy'>,
    onClose: () => void = () => undefined,
  ): Promise<DBTracker> {
    const setting = options.store ?? 'embedded';
    const log = options.log ?? SILENT_LOG;
    const hits = new TrackedHits(intake, options.count);
    // A conversion takes time and cannot be undone, so it is always logged.
    const onProgress = log === SILENT_LOG ? SILENT_LOG.warn : log.info;
    const mayWait = options.mayWaitForStore ?? false;
    const { importKey } = folder.secrets;
    const store = await Store.open({
      ...{ setting, folder: folder.store, onProgress, log, mayWait, importKey },
    });
    const firstDelivery = new FirstDelivery(store);
    try {
      const archive =
        options.archive &&
        (await ArchiveReader.open(options.archive.location, {
          ...options.archive,
          store,
          isEmbedded: setting === 'embedded',
        }));
      if (importKey) await keySpooledRecords(folder.spool, importKey);
      const spool = await Spool.open({
        folder: folder.spool,
        durability: options.durability ?? 'disk',
        maxBytes: options.spoolMax ?? 2 ** 30,
        sinks: [firstDelivery, ...(options.sinks ?? [])],
        segmentBytes: store.batchBytes(SEAL_BYTES),
        log,
      });
      const db = new DBTracker(
        { store, spool, archive, firstDelivery },
        hits,
        { log, closeTimeout: options.closeTimeout },
        onClose,
      );
      // Without a store, the next deletion or start completes them.
      if (store.opening.isOpen) await resumeDeletions(db, folder.path, options.siteData ?? [], log);
      db.rollups.start();
      return db;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  /** Requests tracked by this process that did not count, by reason. Bots are stored, too. */
  get uncounted(): Uncounted {
    return this.#hits.uncounted;
  }

  /**
   * Counts a request, if it counts (`count`), or a hit of a named visitor.
   *
   * @returns a promise that resolves when the hit is durable, or at once if there is nothing to store
   * @throws HitError `invalid` if the input is not a hit; `spool_full`, `spool_failed`
   * @example await db.track({ visitor: 'bob', site: 'example.com', path: '/pricing' });
   */
  async track(input: TrackInput): Promise<void> {
    const hit = this.#hits.hitOf(input, Date.now());
    if (!hit) return;
    await new Promise<void>((resolve, reject) => {
      this.spool.append(hit, (fault) => (fault ? reject(fault) : resolve()));
    });
  }

  /**
   * Totals and series. Parameters: `site`, `from`, `to`, `interval`, `timezone`, `bots`, `status`, `filter`, `metrics`,
   * `compare`.
   * @example (await db.stats({ site: 'example.com', interval: 'day' })).totals; // { hits: 4, visitors: 3 }
   */
  async stats(params: QueryParams = {}): Promise<Stats> {
    const selection = readSelection(params);
    const options = {
      interval: readInterval(params.interval),
      timezone: readTimeZone(params.timezone),
      metrics: readMetrics(params.metrics),
      compare: readComparison(params.compare),
    };
    const dimensions = [] as const;
    const visitsUntil = await this.completeVisits(visitQuery(selection, { ...options, dimensions }));
    return stats(this, selection, options, queryTime(), visitsUntil);
  }

  /**
   * Ranking of a dimension, of `entry` or `exit` pages, or of an event property, such as `prop:plan`. Parameters: `by`,
   * `limit`, and those of `stats` that select hits.
   * @example (await db.top({ by: 'path', limit: 1 })).rows; // [ { value: '/pricing', hits: 3, visitors: 3 } ]
   */
  async top(params: QueryParams = {}): Promise<Top> {
    const selection = readSelection(params);
    const by = readRanking(params.by);
    const limit = readLimit(params.limit);
    const visitsUntil = await this.completeVisits(rankingQuery(selection, by));
    return top(this, selection, by, limit, queryTime(), visitsUntil);
  }

  /**
   * Event properties, most hits first, at most 100. Parameters: those of `stats` that select hits.
   * @example await db.props({ site: 'example.com' }); // []
   */
  async props(params: QueryParams = {}): Promise<Prop[]> {
    const selection = readSelection(params);
    await this.completeVisits(propsQuery(selection));
    return props(this, selection);
  }

  /**
   * Answers a query by visit: the JSON of `POST /api/v1/query`.
   *
   * @param goals of the sites. Default: none
   * @throws HitError `invalid` that names the invalid member; `query_timeout`, `overloaded`, `store_unavailable`
   * @example
   * const { results } = await db.query({ period: 'all', metrics: ['visitors', 'visits'], dimensions: ['site'] });
   * results; // [ { dimensions: [ 'example.com' ], metrics: [ 3, 3 ] } ]
   */
  async query(query: unknown, goals: readonly Goal[] = []): Promise<QueryAnswer> {
    const now = queryTime();
    const asked = readQuery(query, now, goals);
    return queryAnswer(this, asked, now, await this.completeVisits(asked));
  }

  /**
   * Sites with hits, most hits first. @param names the only sites to return. Default: all
   * @example (await db.sites()).map(({ site, hits }) => `${site} ${hits}`); // [ 'example.com 4' ]
   */
  async sites(names?: readonly string[]): Promise<SiteSummary[]> {
    await this.#waitForDelivery();
    return sites(this, names);
  }

  /** Names of all sites that have ever had hits. @example await db.siteNames(); // [ 'example.com' ] */
  async siteNames(): Promise<string[]> {
    const rows = await this.store.rows<{ site: string }>('site_names', {});
    return rows.map(({ site }) => site);
  }

  /** Delivers what it can in some seconds, leaves the rest on disk, and unlocks the folder. @example await db.close(); */
  async close(): Promise<void> {
    const closing = Promise.all([this.rollups.close(), this.spool.close(this.#closeTimeout)]);
    // A server that hangs is not waited for: closing the connections ends what runs there. The engine in this process finishes.
    if (this.store.isShared) await waitUpTo(this.#closeTimeout + CLOSE_GRACE, closing);
    else await closing;
    await this.store.close();
    await closing;
    this.#onClose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal */ protected async completeVisits(asked: AskedOfVisits): Promise<VisitsUntil> {
    await this.#waitForDelivery();
    return this.#visits.completeFor(asked);
  }

  /**
   * A query sees all hits acknowledged before it, unless the store is failing.
   *
   * @throws HitError `store_unavailable` if it is on a server that hangs
   */
  #waitForDelivery(): Promise<void> {
    return this.store.whileAnswering(async () => {
      const flushed = this.spool.flush();
      await waitUpTo(FAILING_DELIVERY_TIMEOUT, flushed);
      if (this.spool.failing.length > 0) return;
      await waitUpTo(DELIVERY_TIMEOUT - FAILING_DELIVERY_TIMEOUT, flushed);
    });
  }
}
