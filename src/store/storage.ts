import { tableOf } from '../clickhouse/dialect.ts';
import {
  COUNT,
  described,
  list,
  NUMBER,
  nullable,
  object,
  type Static,
  TEXT,
  TIME,
} from '../schema/schema.ts';
import type { Store } from './store.ts';

const TABLE = object({ table: TEXT, rows: COUNT, bytes: COUNT });
const COLUMN = object({
  column: described(TEXT, '`(indexes)` belongs to no column, `(small parts)` is not measured by column'),
  bytes: COUNT,
  /** Average over the hits whose columns are measured separately. */
  bytes_per_hit: NUMBER,
});

export const STORAGE = object({
  hits: object({
    rows: COUNT,
    bytes: COUNT,
    bytes_per_hit: NUMBER,
    /** Of the first and the last hit; null if there is none. */
    first: nullable(TIME),
    last: nullable(TIME),
  }),
  bytes: described(COUNT, 'of all tables'),
  /** Largest first, like `columns`. */
  tables: list(TABLE),
  columns: list(COLUMN),
  /** Hits in the spool, not in the store yet. */
  spool: object({ bytes: described(COUNT, 'hits not yet in the store') }),
});

/** Disk usage of a store. Sizes are compressed bytes on disk. */
export type Storage = Static<typeof STORAGE>;

type Row<Names extends string> = Record<Names, string | number>;

/**
 * Measures a store.
 *
 * @param spoolBytes bytes of the spool
 * @throws HitError `store_unavailable`, `overloaded`
 */
export async function readStorage(store: Store, spoolBytes: number): Promise<Storage> {
  const [tableRows, columnRows, extents] = await Promise.all([
    store.rows<{ table: string } & Row<'rows' | 'bytes'>>('storage_tables', {}),
    store.rows<{ column: string } & Row<'rows' | 'bytes'>>('storage_columns', {}),
    store.rows<Row<'hits' | 'first' | 'last'>>('storage_extent', {}),
  ]);
  const tables = tableRows.map(({ table, rows, bytes }) => ({
    // On a cluster, the local table that holds the rows has another name.
    ...{ table: tableOf(table), rows: Number(rows), bytes: Number(bytes) },
  }));
  const { rows, bytes } = tables.find(({ table }) => table === 'hits') ?? { rows: 0, bytes: 0 };
  const [extent] = extents;
  const some = Number(extent?.hits ?? 0) > 0;
  return {
    hits: {
      ...{ rows, bytes, bytes_per_hit: share(bytes, rows) },
      first: some ? new Date(Number(extent?.first)).toISOString() : null,
      last: some ? new Date(Number(extent?.last)).toISOString() : null,
    },
    bytes: tables.reduce((sum, table) => sum + table.bytes, 0),
    tables,
    columns: columnRows
      .map(({ column, rows, bytes }) => ({
        ...{ column, bytes: Number(bytes), bytes_per_hit: share(Number(bytes), Number(rows)) },
      }))
      .sort((a, b) => b.bytes - a.bytes),
    spool: { bytes: spoolBytes },
  };
}

function share(bytes: number, rows: number): number {
  return rows === 0 ? 0 : Number((bytes / rows).toFixed(3));
}
