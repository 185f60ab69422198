/**
 * Archived hits come back into the store, with the batches that they came with. By these they are recognised: a reader of
 * the archive leaves them out of the store, so that nothing is doubled while both have them; what a restoration that was
 * interrupted brought is left where it is; and to archive them again only removes them.
 *
 * They are in live counts and in the rollups already, which are not touched.
 */

import { quote } from '../clickhouse/literals.ts';
import { HitError } from '../errors.ts';
import type { ArchiveProgress, ArchiveWork } from './archiver.ts';
import type { PartFilter } from './catalog.ts';
import { HIT_COLUMNS } from './hit-columns.ts';
import { DAY_MS, during, inParts, startOf } from './in-parts.ts';
import type { Part } from './manifest.ts';
import { type BatchSum, isSameSum, sumOf, sumsOfBatches } from './rows.ts';

/** Rows that are inserted as one part, unless one batch has more: they are in memory at once. */
const ROWS_AT_ONCE = 500_000;

export interface RestoreOptions extends PartFilter {
  readonly dryRun: boolean;
}

export interface RestoreSummary {
  /** Sites' days, and rows, that came back, or with `dryRun` would come. */
  readonly days: number;
  readonly rows: number;
  /** Rows that were in the store already. */
  readonly already: number;
  readonly seconds: number;
  readonly dry_run: boolean;
}

export type RestoreWork = Pick<ArchiveWork, 'engine' | 'place' | 'catalog' | 'now' | 'signal'>;

/**
 * @throws HitError `archive_failed`; `interrupted` when the signal comes
 */
export async function restoreHits(
  work: RestoreWork,
  options: RestoreOptions,
  onProgress: (progress: ArchiveProgress) => void,
): Promise<RestoreSummary> {
  const started = work.now();
  if (work.catalog.isEmpty) throw new HitError('archive_failed', `there is no archive at ${work.place.name}`);
  const parts = work.catalog.parts(options);
  const days = new Set<string>();
  let rows = 0;
  let already = 0;
  for (const [index, part] of parts.entries()) {
    if (work.signal.aborted) {
      throw new HitError(
        'interrupted',
        'the restoration was interrupted: run the same again, and it goes on from there',
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

/** @returns rows that came back */
async function restorePart(work: RestoreWork, part: Part, dryRun: boolean): Promise<number> {
  const { engine, place } = work;
  const { site, day, rows } = part.manifest;
  const start = startOf(day);
  const table = place.table([part.name]);
  const file = `${place.name}/${part.name}.parquet`;
  if (!isSameSum(part.manifest, await sumOf(engine.ask, table))) {
    throw new HitError(
      'archive_failed',
      `${file} is not what its manifest says: it was changed or is damaged`,
    );
  }
  const which = `site = ${quote(site)} AND ${during(start, start + DAY_MS)} AND ${inParts([part])}`;
  const there = await sumsOfBatches(engine.ask, 'hits', which);
  const missing = new Map<string, BatchSum>();
  for (const [batch, sum] of await sumsOfBatches(engine.ask, table)) {
    const other = there.get(batch);
    if (!other) missing.set(batch, sum);
    else if (other.rows !== sum.rows || other.checksum !== sum.checksum) {
      throw new HitError(
        'archive_failed',
        `${file} has other hits than the store has of the same batch: it is of another store`,
      );
    }
  }
  let restored = 0;
  for (const batches of portions(missing)) {
    restored += batches.reduce((sum, batch) => sum + missing.get(batch)!.rows, 0);
    if (!dryRun) {
      await engine.command('archive_restore', { table, columns: HIT_COLUMNS, batches: batches.join(', ') });
    }
  }
  if (!dryRun && restored > 0) {
    const now = await sumOf(engine.ask, 'hits', `${which} AND batch IN (${[...missing.keys()].join(', ')})`);
    if (now.rows !== restored) {
      throw new HitError(
        'archive_failed',
        `of ${rows} hits of ${site} on ${day} ${now.rows} came back: restore again`,
      );
    }
  }
  return restored;
}

/** Batches in portions of so many rows. */
function* portions(batches: ReadonlyMap<string, BatchSum>): Generator<string[]> {
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
