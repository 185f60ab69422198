import type { DedicatedConnection } from '../clickhouse/connection.ts';
import { quote } from '../clickhouse/literals.ts';
import { queryText } from '../clickhouse/sql.ts';
import { VISIT_COLUMNS } from '../clickhouse/visit-columns.ts';
import { HitError } from '../errors.ts';
import type { TableCopier } from './table-copier.ts';

/** Watermarks are copied last, and are compared by reading them. */
const NO_WATERMARKS = { rollups: "by != '@'", visits: "site != ''" } as const;

/** Compared columns of each table that merges the rows of one key: all columns, and the content of bitmaps. */
const COMPARED = {
  rollups: 'by, site, month, value, key, slot, hits, bitmapToArray(visitors), first, last',
  visits: `${VISIT_COLUMNS}, version`,
  last_seen: 'site, rank, column, seen',
  horizons: 'site, kind, before',
  batches: 'id, kind, state, hits, first, last',
  imports: 'root, parent, digest, bytes, lines, line_breaks, failed, site, batch',
  deletions: 'site, requested, writers, lasts, is_done',
  stream_positions: 'topic, partition, offset, end, last, runs',
} as const;

/** Copies rollups to a server that has none, and then the watermarks that record them. */
export async function moveRollups(copier: TableCopier): Promise<void> {
  const { source, target } = copier;
  await target.command(queryText('move_truncate_rollups', {}, target.dialect));
  const kinds = await source.rows<{ by: string }>(queryText('move_kinds'));
  for (const { by } of kinds)
    await copier.copy({ table: 'rollups', final: true, predicate: `by = ${quote(by)}` });
  await compareTable(copier, 'rollups', NO_WATERMARKS.rollups);
  await copier.copy({ table: 'rollups', final: true, predicate: "by = '@'" });
}

/**
 * Copies visits in place of those that a server has, and then the watermarks that record them.
 *
 * @throws HitError `move_failed`, `store_unavailable`, `interrupted`
 */
export async function moveVisits(copier: TableCopier): Promise<void> {
  const { target } = copier;
  await target.command(queryText('visits_clear', {}, target.dialect));
  await copier.copy({ table: 'visits', final: true, predicate: NO_WATERMARKS.visits });
  await compareTable(copier, 'visits', NO_WATERMARKS.visits);
  await copier.copy({ table: 'visits', final: true, predicate: "site = ''" });
}

/** Copies visits to a server that has those of an earlier move, if they differ. */
export async function replaceVisits(copier: TableCopier): Promise<void> {
  const isSame = await compareTable(copier, 'visits').then(
    () => true,
    (error: unknown) => {
      if (error instanceof HitError && error.code === 'move_failed') return false;
      throw error;
    },
  );
  if (!isSame) await moveVisits(copier);
}

/** @throws HitError `move_failed` if a table is not the same on both sides */
export async function compareTable(
  copier: TableCopier,
  table: keyof typeof COMPARED,
  predicate = 'true',
): Promise<void> {
  const text = queryText('move_sum', { columns: COMPARED[table], table: `${table} FINAL`, predicate });
  await compareBy(copier, text, table);
}

export function notEqual(what: string): HitError {
  return new HitError(
    'move_failed',
    `${what} differ on the server: nothing else may write to either side; empty the database, and move again`,
  );
}

async function compareBy({ source, target }: TableCopier, text: string, what: string): Promise<void> {
  const sum = async (connection: DedicatedConnection) => {
    const [found] = await connection.rows<{ rows: string | number; checksum: string }>(text);
    return `${found?.rows} ${found?.checksum}`;
  };
  if ((await sum(source)) !== (await sum(target))) throw notEqual(what);
}
