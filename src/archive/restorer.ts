/**
 * Restores archived hits to the store, with their original batches, by which they are recognised: readers of the archive
 * skip the copies in the store, so nothing counts twice while both have them; hits from an interrupted restoration stay in
 * place; and archiving them again only removes them.
 *
 * Live counts and rollups contain these hits already, and are not changed.
 */

import { quote } from '../clickhouse/literals.ts';
import { HitError } from '../errors.ts';
import { DAY } from '../timing/units.ts';
import type { ArchiveProgress, ArchiveWork } from './archiver.ts';
import type { PartFilter } from './catalog.ts';
import { columnsOf, comparedColumnsOf } from './hit-columns.ts';
import { during, inParts, startOf } from './in-parts.ts';
import type { Part } from './manifest.ts';
import { type BatchSum, isSameSum, sumOf, sumsOfBatches } from './rows.ts';

/** Maximum rows inserted as one part, unless one batch has more: all of them are in memory. */
const ROWS_AT_ONCE = 500_000;

export interface RestoreOptions extends PartFilter {
  readonly dryRun: boolean;
}

export interface RestoreSummary {
  /** Site days and rows that were restored, or with `dryRun` would be. */
  readonly days: number;
  readonly rows: number;
  /** Rows that were in the store already. */
  readonly already: number;
  readonly seconds: number;
  readonly dry_run: boolean;
}

export interface RestoreWork extends Pick<ArchiveWork, 'engine' | 'storage' | 'catalog' | 'now' | 'signal'> {
  /** Whether a part is of a site from before it was deleted: it is not restored. */
  readonly isDeleted: (part: Part) => boolean;
}

/**
 * @throws HitError `archive_failed`; `interrupted` if the signal is aborted
 */
export async function restoreHits(
  work: RestoreWork,
  options: RestoreOptions,
  onProgress: (progress: ArchiveProgress) => void,
): Promise<RestoreSummary> {
  const started = work.now();
  if (work.catalog.isEmpty)
    throw new HitError('archive_failed', `there is no archive at ${work.storage.name}`);
  const found = work.catalog.parts(options);
  const parts = found.filter((part) => !work.isDeleted(part));
  if (found.length > 0 && parts.length === 0) {
    const message = `the archive has only hits from before ${found[0]!.manifest.site} was deleted: restore them to another data folder`;
    throw new HitError('archive_failed', message);
  }
  const days = new Set<string>();
  let rows = 0;
  let already = 0;
  for (const [index, part] of parts.entries()) {
    if (work.signal.aborted) {
      throw new HitError(
        'interrupted',
        'the restore was interrupted: run the same command again to continue',
      );
    }
    const restored = await restorePart(work, part, options.dryRun);
    if (restored > 0) days.add(`${part.manifest.site} ${part.manifest.day}`);
    rows += restored;
    already += part.manifest.rows - restored;
    onProgress({ done: index + 1, days: parts.length, rows });
  }
  const seconds = Number(((work.now() - started) / 1000).toFixed(3));
  return { days: days.size, rows, already, seconds, dry_run: options.dryRun };
}

/** @returns number of restored rows */
async function restorePart(work: RestoreWork, part: Part, dryRun: boolean): Promise<number> {
  const { engine, storage } = work;
  const { site, day, rows, format } = part.manifest;
  const columns = columnsOf(format);
  const compared = comparedColumnsOf(format);
  const start = startOf(day);
  const table = storage.table([part.name]);
  const file = `${storage.name}/${part.name}.parquet`;
  if (!isSameSum(part.manifest, await sumOf(engine.ask, table, 'true', columns))) {
    throw new HitError(
      'archive_failed',
      `${file} is not what its manifest says: it was changed or is damaged`,
    );
  }
  const predicate = `site = ${quote(site)} AND ${during(start, start + DAY)} AND ${inParts([part])}`;
  const there = await sumsOfBatches(engine.ask, 'hits', predicate, compared);
  const missing = new Map<string, BatchSum>();
  for (const [batch, sum] of await sumsOfBatches(engine.ask, table, 'true', compared)) {
    const other = there.get(batch);
    if (!other) missing.set(batch, sum);
    else if (other.rows !== sum.rows || other.checksum !== sum.checksum) {
      throw new HitError(
        'archive_failed',
        `${file} has other hits of a batch than the store: it belongs to another store`,
      );
    }
  }
  let restored = 0;
  for (const batches of batchGroups(missing)) {
    restored += batches.reduce((sum, batch) => sum + missing.get(batch)!.rows, 0);
    if (!dryRun) {
      await engine.command('archive_restore', { table, columns, batches: batches.join(', ') });
    }
  }
  if (!dryRun && restored > 0) {
    const now = await sumOf(
      engine.ask,
      'hits',
      `${predicate} AND batch IN (${[...missing.keys()].join(', ')})`,
    );
    if (now.rows !== restored) {
      throw new HitError(
        'archive_failed',
        `only ${now.rows} of ${rows} hits of ${site} on ${day} were restored: restore again`,
      );
    }
  }
  return restored;
}

/** Splits batches into portions of at most `ROWS_AT_ONCE` rows, unless one batch has more. */
function* batchGroups(batches: ReadonlyMap<string, BatchSum>): Generator<string[]> {
  let portion: string[] = [];
  let rows = 0;
  for (const [batch, sum] of batches) {
    if (portion.length > 0 && rows + sum.rows > ROWS_AT_ONCE) {
      yield portion;
      portion = [];
      rows = 0;
    }
    portion.push(batch);
    rows += sum.rows;
  }
  if (portion.length > 0) yield portion;
}
