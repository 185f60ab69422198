import { queryText } from '../clickhouse/sql.ts';
import { HitError, messageOf } from '../errors.ts';
import type { ArchiveSource } from '../query/source.ts';
import type { Store } from '../store/store.ts';
import { DAY } from '../timing/units.ts';
import { Catalog, EVER, type PartFilter } from './catalog.ts';
import { deletedParts } from './deleted-parts.ts';
import { queryRowsOf } from './engine.ts';
import { ARCHIVED_COLUMNS, HIT_COLUMNS } from './hit-columns.ts';
import { during, inParts, startOf } from './in-parts.ts';
import type { Part } from './manifest.ts';
import { openStorage } from './open-storage.ts';
import type { ArchiveStorage, BucketAccess } from './storage.ts';

/** Milliseconds for which a listing of a bucket is reused: listing costs time and money. */
const BUCKET_CACHE_MS = 5000;

export interface ArchiveReaderOptions extends BucketAccess {
  readonly store: Store;
  /** Whether the store runs in this process. */
  readonly isEmbedded: boolean;
}

/**
 * Reads live and archived hits as one table.
 *
 * @example
 * const reader = await ArchiveReader.open('/archive', { store, isEmbedded: true });
 * const hits = await reader.hitsOf({ site: 'example.com', from: Date.UTC(2026, 0), to: Date.UTC(2026, 1) });
 * await store.rows('totals', parameters, undefined, { hits });
 */
export class ArchiveReader implements ArchiveSource {
  readonly #store: Store;
  readonly #storage: ArchiveStorage;
  readonly #catalog: Catalog;
  readonly #maxAge: number;
  #refreshed = Number.NEGATIVE_INFINITY;

  private constructor(store: Store, storage: ArchiveStorage, maxAge: number) {
    this.#store = store;
    this.#storage = storage;
    this.#catalog = new Catalog(storage);
    this.#maxAge = maxAge;
  }

  /**
   * @param location a folder, absolute, or `s3://bucket/prefix`
   * @throws HitError `bad_setting`, `archive_failed`
   */
  static async open(location: string, options: ArchiveReaderOptions): Promise<ArchiveReader> {
    const { store, isEmbedded, ...access } = options;
    const storage = openStorage(location, access, { ask: queryRowsOf(store), embedded: isEmbedded });
    const reader = new ArchiveReader(store, storage, location.startsWith('s3://') ? BUCKET_CACHE_MS : 0);
    await reader.settle();
    return reader;
  }

  /**
   * Changes when the known parts of the archive change. Hits leave the store after that, so the caller must repeat a query
   * during which it changed, with a new table.
   */
  get version(): number {
    return this.#catalog.version;
  }

  /** Whether the archive is empty: its location may be wrong, or not mounted. */
  get isEmpty(): boolean {
    return this.#catalog.isEmpty;
  }

  /**
   * SQL that replaces `hits` in `FROM hits`: a table with the columns of `hits`, which has all hits that the filter
   * selects, and possibly others.
   *
   * @throws HitError `archive_failed` if a required part is invalid
   */
  async hitsOf(filter: PartFilter): Promise<string> {
    await this.#refresh();
    const parts = await this.#parts(filter);
    const first = parts[0]?.manifest.day;
    const last = parts.at(-1)?.manifest.day;
    if (first === undefined || last === undefined) return 'hits';
    const text = queryText('archive_hits', {
      columns: HIT_COLUMNS,
      archived_columns: ARCHIVED_COLUMNS,
      during: during(startOf(first), startOf(last) + DAY),
      archived: `(${inParts(parts)})`,
      files: this.#storage.table(parts.map(({ name }) => name)),
    });
    return text.slice(text.indexOf('(')).trim();
  }

  /** Time of the first archived hit of a site, or of all sites for '', in milliseconds since 1970. */
  async firstOf(site: string): Promise<number | undefined> {
    await this.#refresh();
    const [part] = await this.#parts({ site, ...EVER });
    if (!part) return undefined;
    const start = startOf(part.manifest.day);
    const itsDay = await this.#parts({ site, from: start, to: start + DAY });
    return Math.min(...itsDay.map(({ manifest }) => manifest.first));
  }

  /** Loads new parts: after that their hits may leave the store. */
  async settle(): Promise<void> {
    await this.#refresh(0);
  }

  /** An error of a query of the archive, without the keys of a bucket. */
  cleaned(error: unknown): unknown {
    return cleaned(error, this.#storage);
  }

  async #parts(filter: PartFilter): Promise<Part[]> {
    const parts = this.#catalog.parts(filter);
    if (parts.length === 0) return parts;
    const isDeleted = await deletedParts(this.#store);
    return parts.filter((part) => !isDeleted(part));
  }

  async #refresh(maxAge = this.#maxAge): Promise<void> {
    if (performance.now() - this.#refreshed < maxAge) return;
    try {
      await this.#catalog.refresh();
    } catch (error) {
      throw this.cleaned(error);
    }
    this.#refreshed = performance.now();
  }
}

/** An error without the keys of a bucket, which a statement's text may hold. */
export function cleaned(error: unknown, storage: ArchiveStorage): unknown {
  const message = messageOf(error);
  const clean = storage.clean(message);
  if (clean === message && (!(error instanceof HitError) || error.cause === undefined)) return error;
  if (!(error instanceof HitError)) return new HitError('archive_failed', clean);
  const { code, retryAfter } = error;
  return new HitError(code, clean, retryAfter === undefined ? {} : { retryAfter });
}
