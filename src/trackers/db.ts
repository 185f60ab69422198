import type { ArchiveAddress } from '../archive/archives.ts';
import { ArchiveReader } from '../archive/reader.ts';
import { type DetachedPart, detachedParts } from '../clickhouse/parts/detached.ts';
import { HitError } from '../errors.ts';
import { DataFolder } from '../folder/folder.ts';
import { TrustedProxies } from '../hit/address.ts';
import { Countries } from '../hit/country.ts';
import { Intake } from '../hit/intake.ts';
import { RateLimit } from '../hit/rate-limit.ts';
import { Sites } from '../hit/site.ts';
import type { QueryParams } from '../query/params.ts';
import { readRanking } from '../query/ranking.ts';
import {
  readComparison,
  readInterval,
  readLimit,
  readMetrics,
  readSelection,
  readTimeZone,
} from '../query/selection.ts';
import type { Source } from '../query/source.ts';
import { props, type SiteSummary, type Stats, sites, stats, type Top, top } from '../query/stats.ts';
import type { Prop } from '../query/unrolled.ts';
import { Rollups } from '../rollup/rollups.ts';
import type { Sink } from '../spool/sink.ts';
import { Spool } from '../spool/spool.ts';
import type { SpoolOptions } from '../spool/spool-options.ts';
import { waitUpTo } from '../spool/wait-up-to.ts';
import { Store } from '../store/store.ts';
import { factsOf, type TrackInput } from './input.ts';

export interface DBTrackerOptions {
  /** Folder of the embedded store, the spool and the secrets. Default `./data`. */
  readonly dataDir?: string;
  /** `embedded` (default), or the URL of a ClickHouse server: `clickhouse://user:password@host:8123/database`. */
  readonly store?: string;
  /** `disk` (default): resolved hits survive a power cut. `process`: they survive a killed process. */
  readonly durability?: SpoolOptions['durability'];
  /** Bytes of hits that may wait on disk for the store. Default 1 GiB. */
  readonly spoolMax?: number;
  /** Peers that may speak for their clients: `loopback`, `private`, `none` or CIDR ranges. Default `loopback`. */
  readonly trustProxy?: string;
  /** Where hits are that are not in the store any more: they are read as if they were. */
  readonly archive?: ArchiveAddress | undefined;
  /** Where hits go besides the store. */
  readonly sinks?: readonly Sink[];
  /** Where troubles are told. Default: the console's errors. */
  readonly log?: SpoolOptions['log'];
}

/** A piece of an access log that the store has. */
export interface ImportedChunk {
  readonly parent: string;
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  readonly lines: number;
  readonly line_breaks: number;
  /** The batch that had brought its hits, where they were purged; '0' or missing where they were not. */
  readonly purged_batch?: string;
  /** Hits of that batch. */
  readonly batch_hits?: number;
  /** Whether a version without a ledger imported it, into a store from which hits were purged since: 0 or 1. */
  readonly is_legacy?: number;
}

/** How long a read waits for hits that are on their way into the store, in milliseconds. */
const FRESHNESS_PATIENCE = 3000;

const QUIET: SpoolOptions['log'] = {
  info: () => undefined,
  warn: (message) => console.error(message),
  error: (message) => console.error(message),
};

/**
 * Hits in a database: batched, with their times, for any period.
 *
 * @example
 * await using db = await DBTracker.open({ dataDir: './data' });
 * await db.track(request); // resolves when the hit is durable
 * await db.stats({ from: '2026-11-01', to: '2026-12-01', interval: 'day' });
 */
export class DBTracker implements Source {
  readonly store: Store;
  readonly spool: Spool;
  readonly rollups: Rollups;
  readonly archive: ArchiveReader | undefined;
  readonly #intake: Intake;
  readonly #onClose: () => void;

  private constructor(
    { store, spool, archive }: Pick<DBTracker, 'store' | 'spool' | 'archive'>,
    intake: Intake,
    log: SpoolOptions['log'],
    onClose: () => void,
  ) {
    this.store = store;
    this.spool = spool;
    this.archive = archive;
    this.rollups = new Rollups(store, { log });
    this.#intake = intake;
    this.#onClose = onClose;
  }

  /**
   * Opens the data folder for this process, and takes up hits that an earlier one left in the spool.
   *
   * @throws HitError `data_dir_locked`, `data_dir_unusable`, `data_dir_newer`, `store_unavailable`
   */
  static async open(options: DBTrackerOptions = {}): Promise<DBTracker> {
    const folder = DataFolder.open(options.dataDir ?? './data');
    try {
      const intake = new Intake({
        sites: new Sites({ max: Number.POSITIVE_INFINITY }),
        proxies: new TrustedProxies(options.trustProxy ?? 'loopback'),
        limit: RateLimit.parse('off'),
        countries: await Countries.open(),
        salts: folder.secrets.salts,
        key: folder.secrets.key,
        importSalt: folder.secrets.importSalt,
        identity: 'cookieless',
        now: Date.now,
      });
      return await DBTracker.in(folder, intake, options, () => folder.close());
    } catch (error) {
      folder.close();
      throw error;
    }
  }

  /** As `open`, in a folder that the caller has taken and keeps. */
  static async in(
    folder: DataFolder,
    intake: Intake,
    options: Omit<DBTrackerOptions, 'dataDir' | 'trustProxy'>,
    onClose: () => void = () => undefined,
  ): Promise<DBTracker> {
    const setting = options.store ?? 'embedded';
    const log = options.log ?? QUIET;
    // A conversion takes time and cannot be taken back: that is told also where nothing else is.
    const onProgress = log === QUIET ? QUIET.warn : log.info;
    const store = await Store.open({ setting, folder: folder.store, onProgress, log });
    try {
      const archive =
        options.archive &&
        (await ArchiveReader.open(options.archive.location, {
          ...options.archive,
          store,
          isEmbedded: setting === 'embedded',
        }));
      const spool = await Spool.open({
        folder: folder.spool,
        durability: options.durability ?? 'disk',
        maxBytes: options.spoolMax ?? 2 ** 30,
        sinks: [store, ...(options.sinks ?? [])],
        log,
      });
      const db = new DBTracker({ store, spool, archive }, intake, log, onClose);
      db.rollups.start();
      return db;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  /**
   * Counts a request, or a hit of a named visitor.
   *
   * @returns a promise that resolves when the hit is durable
   * @throws HitError `invalid` for what is no hit; `spool_full`, `spool_failed`
   */
  async track(input: TrackInput): Promise<void> {
    const outcome = this.#intake.receive(factsOf(input, Date.now()));
    if ('reason' in outcome) throw new HitError('invalid', `${outcome.reason}: ${outcome.detail}`);
    await new Promise<void>((resolve, reject) => {
      this.spool.append(outcome.hit, (fault) => (fault ? reject(fault) : resolve()));
    });
  }

  /**
   * Totals and series. Words: `site`, `from`, `to`, `interval`, `timezone`, `bots`, `status`, `filter`, `metrics`,
   * `compare`.
   */
  async stats(words: QueryParams = {}): Promise<Stats> {
    const selection = readSelection(words);
    const options = {
      interval: readInterval(words.interval),
      timezone: readTimeZone(words.timezone),
      metrics: readMetrics(words.metrics),
      compare: readComparison(words.compare),
    };
    await this.#freshen();
    return stats(this, selection, options);
  }

  /**
   * Ranking of a dimension, of `entry` or `exit` pages, or of a property of events, such as `prop:plan`. Words: `by`,
   * `limit`, and those of `stats` that say which hits.
   */
  async top(words: QueryParams = {}): Promise<Top> {
    const selection = readSelection(words);
    const by = readRanking(words.by);
    const limit = readLimit(words.limit);
    await this.#freshen();
    return top(this, selection, by, limit);
  }

  /** Properties that events have, those of most hits first, 100 at most. Words: those of `stats` that say which hits. */
  async props(words: QueryParams = {}): Promise<Prop[]> {
    const selection = readSelection(words);
    await this.#freshen();
    return props(this, selection);
  }

  async sites(): Promise<SiteSummary[]> {
    await this.#freshen();
    return sites(this);
  }

  /** Names of all sites that ever had hits. */
  async siteNames(): Promise<string[]> {
    const rows = await this.store.rows<{ site: string }>('site_names', {});
    return rows.map(({ site }) => site);
  }

  /**
   * What was imported of logs that begin with a certain line: see `logs/log-chunk.ts`.
   *
   * @throws HitError `import_failed` where some of that is lost, as it would be imported twice
   */
  async importedChunks(root: string): Promise<ImportedChunk[]> {
    const pieces = await this.store.rows<ImportedChunk>('imports', { root });
    // Afterwards, as a broken part is found when it is read. A server gets its own from replicas.
    const lost = this.store.isShared ? [] : await this.#detachedOf('imports');
    if (lost.length === 0) return pieces;
    throw new HitError(
      'import_failed',
      `what was imported before is not known, as a part of the store is broken (imports/${lost[0]!.name}): restore a backup, or delete ${lost[0]!.path} to import all the same, which may count lines twice`,
    );
  }

  async #detachedOf(table: string): Promise<readonly DetachedPart[]> {
    await using connection = this.store.dedicatedConnection();
    const parts = await detachedParts(connection);
    return parts.filter(
      (part) => part.table === table && (part.kind === 'broken' || part.kind === 'detached'),
    );
  }

  /** Delivers what it can, leaves the rest on disk for the next start, and lets go of the folder. */
  async close(): Promise<void> {
    await this.rollups.close();
    await this.spool.close();
    await this.store.close();
    this.#onClose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** What was acknowledged before a question is in its answer, unless the store is in trouble. */
  async #freshen(): Promise<void> {
    await waitUpTo(FRESHNESS_PATIENCE, this.spool.flush());
  }
}
