import { tableOf } from '../clickhouse/dialect.ts';
import type { Store } from './store.ts';

/** Disk usage of a table. */
interface TableStorage {
  readonly table: string;
  readonly rows: number;
  readonly bytes: number;
}

/** Disk usage of a column of `hits`. */
interface ColumnStorage {
  /** Column name; `(indexes)` belongs to no column, `(small parts)` is not measured by column. */
  readonly column: string;
  readonly bytes: number;
  /** Average over the hits whose columns are measured separately. */
  readonly bytes_per_hit: number;
}

/** Disk usage of a store. Sizes are compressed bytes on disk. */
export interface Storage {
  readonly hits: {
    readonly rows: number;
    readonly bytes: number;
    readonly bytes_per_hit: number;
    /** Times of the first and the last hit, ISO 8601 UTC; null if there is none. */
    readonly first: string | null;
    readonly last: string | null;
  };
  /** Total of all tables. */
  readonly bytes: number;
  /** Largest first, like `columns`. */
  readonly tables: readonly TableStorage[];
  readonly columns: readonly ColumnStorage[];
  /** Hits in the spool, not in the store yet. */
  readonly spool: { readonly bytes: number };
}

type Row<Names extends string> = Record<Names, string | number>;

/**
 * Measures a store.
 *
 * @param spoolBytes bytes of the spool
 * @throws HitError `store_unavailable`, `overloaded`
 */
export async function measureStorage(store: Store, spoolBytes: number): Promise<Storage> {
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
