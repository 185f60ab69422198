/**
 * Moves hits from the store to an archive.
 *
 * The process may die at any moment in any step:
 *
 * 1. The hits of a site and day are written to a file that does not belong to the archive yet, read back, and compared with
 *    the store by number, times and checksum.
 * 2. The file gets its name, and then its manifest: from now on these hits are in the archive, and readers of the archive
 *    skip the copies in the store.
 * 3. When all days of a month are archived, their hits are removed from the store, by the watermarks of their manifests. A
 *    late hit belongs to a later batch, so it stays, and goes into the archive as another part of its day.
 *
 * The next run completes an interrupted one. It compares hits that are in both places with the archive, batch by batch,
 * before it removes them.
 */

import { quote } from '../clickhouse/literals.ts';
import { coveredBy, type Watermarks } from '../clickhouse/watermarks.ts';
import { HitError } from '../errors.ts';
import { DAY } from '../timing/units.ts';
import type { Catalog } from './catalog.ts';
import type { Engine } from './engine.ts';
import { ARCHIVE_FORMAT, comparedColumnsOf, HIT_COLUMNS } from './hit-columns.ts';
import { during, inParts, startOf, timeText } from './in-parts.ts';
import { type Manifest, manifestText, type Part } from './manifest.ts';
import { partName } from './part-name.ts';
import { isSameSum, sizeOfHits, sumOf, sumsOfBatches, watermarksIn } from './rows.ts';
import type { ArchiveStorage } from './storage.ts';

export interface ArchiveOptions {
  /** Days; only UTC days that ended at least this long ago are archived. At least 1. */
  readonly olderThan: number;
  /** '' means all sites. */
  readonly site: string;
  readonly dryRun: boolean;
}

export interface ArchiveProgress {
  /** Site days that are done, and the total. */
  readonly done: number;
  readonly days: number;
  readonly rows: number;
}

export interface ArchiveSummary {
  /** Site days that were archived, or with `dryRun` would be. */
  readonly days: number;
  readonly rows: number;
  /** Rows that were archived before, and only had to be removed from the store. */
  readonly already: number;
  /** Rows that stay for now because they are not rolled up yet. */
  readonly waiting: number;
  /** Bytes of the files that were written. */
  readonly archived_bytes: number;
  /** Bytes of hits in the store. */
  readonly bytes_before: number;
  readonly bytes_after: number;
  readonly seconds: number;
  readonly dry_run: boolean;
}

/** The source and the storage of an archive. */
export interface ArchiveWork {
  readonly engine: Engine;
  readonly storage: ArchiveStorage;
  readonly catalog: Catalog;
  /** Watermarks of the hits that may be removed. */
  readonly rolledUp: Watermarks;
  /** SQL: which hits stay in the store, however old they are. */
  readonly staying: string;
  /** Called when parts are committed, before their hits leave the store: readers must know the parts by then. */
  readonly onCommitted: () => Promise<void>;
  /** Records in the ledger that hits leave the store, before they do. @param gone SQL: which hits */
  readonly leaving: (gone: string) => Promise<void>;
  /** Records for each site the time before which hits may leave the store, before they do. */
  readonly noteGone: (gone: ReadonlyMap<string, number>) => Promise<void>;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** Hits of a site and day. */
interface SiteDay {
  readonly site: string;
  readonly day: string;
  /** Rows that are not in the archive. */
  readonly fresh: number;
  /** Rows that are in the archive and in the store. */
  readonly kept: number;
  readonly waiting: number;
}

/**
 * @throws HitError `archive_failed`; `interrupted` if the signal is aborted
 */
export async function archiveHits(
  work: ArchiveWork,
  options: ArchiveOptions,
  onProgress: (progress: ArchiveProgress) => void,
): Promise<ArchiveSummary> {
  const { engine, now } = work;
  const started = now();
  const before = await sizeOfHits(engine.ask);
  const days = await daysOf(work, options);
  const due = days.filter(({ fresh, kept }) => fresh + kept > 0);
  const total = due.reduce((sum, { fresh }) => sum + fresh, 0);
  let done = 0;
  let rows = 0;
  let bytes = 0;
  const months = options.dryRun ? [] : Map.groupBy(due, ({ day }) => day.slice(0, 7));
  for (const [month, its] of months) {
    for (const each of its) {
      interruptible(work.signal);
      const part = await archiveDay(work, each);
      done++;
      rows += part?.manifest.rows ?? 0;
      bytes += part?.manifest.bytes ?? 0;
      onProgress({ done, days: due.length, rows });
    }
    await work.catalog.refresh();
    await work.onCommitted();
    await removeMonth(work, month, its);
  }
  const after = await sizeOfHits(engine.ask);
  return {
    days: due.length,
    rows: options.dryRun ? total : rows,
    already: due.reduce((sum, { kept }) => sum + kept, 0),
    waiting: days.reduce((sum, { waiting }) => sum + waiting, 0),
    archived_bytes: bytes,
    bytes_before: before.bytes,
    bytes_after: after.bytes,
    seconds: Number(((now() - started) / 1000).toFixed(3)),
    dry_run: options.dryRun,
  };
}

async function daysOf(
  { engine, catalog, rolledUp, staying, now }: ArchiveWork,
  options: ArchiveOptions,
): Promise<SiteDay[]> {
  const until = Math.floor((now() - options.olderThan * DAY) / DAY) * DAY;
  const parts = catalog.parts({ site: options.site, from: Number.NEGATIVE_INFINITY, to: until });
  const site = options.site === '' ? 'true' : `site = ${quote(options.site)}`;
  const found = await engine.ask<Record<keyof SiteDay, string | number>>('archive_days', {
    removable: `(${coveredBy(rolledUp)})`,
    archived: `(${inParts(parts)})`,
    predicate: `time < ${timeText(until)} AND ${site} AND NOT (${staying})`,
  });
  return found.map(({ site, day, fresh, kept, waiting }) => ({
    site: String(site),
    day: String(day),
    fresh: Number(fresh),
    kept: Number(kept),
    waiting: Number(waiting),
  }));
}

/** Archives the hits of a day that are not in the archive. @returns undefined if all are */
async function archiveDay(work: ArchiveWork, { site, day, fresh }: SiteDay): Promise<Part | undefined> {
  const { engine, storage, catalog, rolledUp, staying } = work;
  const start = startOf(day);
  const before = catalog.parts({ site, from: start, to: start + DAY });
  if (before.length > 0) await verifyUnchanged(work, before);
  if (fresh === 0) return undefined;
  const predicate = `site = ${quote(site)} AND ${during(start, start + DAY)} AND ${coveredBy(rolledUp)} AND NOT (${staying}) AND NOT (${inParts(before)})`;
  const sum = await sumOf(engine.ask, 'hits', predicate);
  if (sum.rows === 0) return undefined;
  const name = partName(site, day, sum.checksum);
  const staged = await storage.stage(name);
  try {
    await engine.command('archive_write', { file: staged.table, columns: HIT_COLUMNS, predicate });
    const written = await sumOf(engine.ask, staged.table);
    if (!isSameSum(sum, written)) {
      const what = `${storage.name}/${name}.parquet reads back as ${written.rows} hits, and the store has ${sum.rows}`;
      throw new HitError('archive_failed', `${what}: nothing was removed from the store; archive again`);
    }
    const watermarks = await watermarksIn(engine.ask, staged.table);
    const file = await staged.commit();
    const manifest: Manifest = { format: ARCHIVE_FORMAT, site, day, ...sum, ...file, watermarks };
    await storage.putManifest(name, manifestText(manifest));
    return { name, manifest };
  } catch (error) {
    await staged.discard();
    throw error;
  }
}

/** Verifies batch by batch that hits of a day in the store and in the archive are the same. */
async function verifyUnchanged(
  { engine, storage, staying }: ArchiveWork,
  parts: readonly Part[],
): Promise<void> {
  const [first] = parts;
  const { site, day } = first!.manifest;
  const start = startOf(day);
  const predicate = `site = ${quote(site)} AND ${during(start, start + DAY)} AND NOT (${staying}) AND ${inParts(parts)}`;
  // A day may have parts of several formats: they are compared by the columns that all of them have.
  const columns = comparedColumnsOf(Math.min(...parts.map(({ manifest }) => manifest.format)));
  const kept = await sumsOfBatches(engine.ask, 'hits', predicate, columns);
  if (kept.size === 0) return;
  const table = storage.table(parts.map(({ name }) => name));
  const archived = await sumsOfBatches(engine.ask, table, 'true', columns);
  for (const [batch, sum] of kept) {
    const other = archived.get(batch);
    if (other?.rows === sum.rows && other.checksum === sum.checksum) continue;
    const what = `the archive ${storage.name} has other hits of ${site} on ${day} than the store has`;
    throw new HitError(
      'archive_failed',
      `${what}: a file was changed, or belongs to another store; nothing was removed`,
    );
  }
}

/** Removes hits of a month that are in the archive. */
async function removeMonth(work: ArchiveWork, month: string, days: readonly SiteDay[]): Promise<void> {
  const { engine, catalog, rolledUp, staying } = work;
  const parts = days.flatMap(({ site, day }) =>
    catalog.parts({ site, from: startOf(day), to: startOf(day) + DAY }),
  );
  const gone = new Map<string, number>();
  for (const { site, day } of days) gone.set(site, Math.max(gone.get(site) ?? 0, startOf(day) + DAY));
  await work.noteGone(gone);
  const partition = month.replace('-', '');
  const predicate = `${inParts(parts)} AND ${coveredBy(rolledUp)} AND NOT (${staying})`;
  await work.leaving(`${predicate} AND toYYYYMM(time, 'UTC') = ${partition}`);
  await engine.command('archive_delete', { month: partition, predicate });
}

function interruptible(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw new HitError(
    'interrupted',
    'the archive run was interrupted: run the same command again to continue',
  );
}
