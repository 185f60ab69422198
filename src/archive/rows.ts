import { readWatermarks, type Watermarks } from '../clickhouse/watermarks.ts';
import { HitError } from '../errors.ts';
import { pause } from '../timing/pause.ts';
import type { Engine, QueryRows } from './engine.ts';
import { HIT_COLUMNS } from './hit-columns.ts';
import type { RowSum } from './manifest.ts';

/** Sums over the rows of one batch: see `RowSum`. */
export type BatchSum = Pick<RowSum, 'rows' | 'checksum'>;

type Numbers<Name extends string> = Record<Name, string | number>;

/** Sums over the rows of a table. @param predicate SQL: which rows @param columns SQL: those that the checksum is about */
export async function sumOf(
  ask: QueryRows,
  table: string,
  predicate = 'true',
  columns: string = HIT_COLUMNS,
): Promise<RowSum> {
  const fragments = { columns, table, predicate };
  const [sum] = await ask<Numbers<'rows' | 'first' | 'last' | 'checksum'>>('archive_sum', fragments);
  if (!sum) throw new HitError('internal', 'a sum has no row');
  return {
    rows: Number(sum.rows),
    first: Number(sum.first),
    last: Number(sum.last),
    checksum: String(sum.checksum),
  };
}

/** Whether two sums are of the same rows. */
export function isSameSum(a: RowSum, b: RowSum): boolean {
  return a.rows === b.rows && a.first === b.first && a.last === b.last && a.checksum === b.checksum;
}

/** Sums over the rows of each batch. The rows of a batch and a day enter and leave a table together. */
export async function sumsOfBatches(
  ask: QueryRows,
  table: string,
  predicate: string,
  columns: string,
): Promise<Map<string, BatchSum>> {
  const fragments = { columns, table, predicate };
  const found = await ask<Numbers<'id' | 'rows' | 'checksum'>>('archive_batches', fragments);
  return new Map(
    found.map(({ id, rows, checksum }) => [String(id), { rows: Number(rows), checksum: String(checksum) }]),
  );
}

/** The last batch of each writer in a table. */
export async function watermarksIn(ask: QueryRows, table: string): Promise<Watermarks> {
  return readWatermarks(await ask<Numbers<'writer' | 'last'>>('archive_watermarks', { table }));
}

/** Bytes and rows of `hits` on disk. */
export async function sizeOfHits(ask: QueryRows): Promise<{ bytes: number; rows: number }> {
  const [size] = await ask<Numbers<'bytes' | 'rows'>>('archive_size', {});
  return { bytes: Number(size?.bytes ?? 0), rows: Number(size?.rows ?? 0) };
}

/** Milliseconds between two checks, and in total. */
const POLL_EVERY = 100;
const REMOVAL_TIMEOUT = 600_000;

/**
 * Waits until the engine completes removals of an earlier process: before that, the remaining hits are unknown.
 *
 * @throws HitError `archive_failed`
 */
export async function waitForMutations(engine: Engine): Promise<void> {
  for (let waited = 0; ; waited += POLL_EVERY) {
    const unfinished = await engine.ask<{ trouble: string }>('archive_unfinished', {});
    if (unfinished.length === 0) return;
    if (waited >= REMOVAL_TIMEOUT) {
      const trouble =
        unfinished.map((removal) => removal.trouble).find((text) => text !== '') ?? 'it is still running';
      throw new HitError('archive_failed', `an earlier removal of hits has not finished: ${trouble}`);
    }
    await pause(POLL_EVERY);
  }
}
