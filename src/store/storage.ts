import type { Store } from './store.ts';

/** What a table takes on disk. */
interface TableStorage {
  readonly table: string;
  readonly rows: number;
  readonly bytes: number;
}

/** What a column of `hits` takes on disk. */
interface ColumnStorage {
  /** Its name; `(indexes)` is what is of no column, `(small parts)` what is not told by column. */
  readonly column: string;
  readonly bytes: number;
  /** Of the hits whose columns are told apart. */
  readonly bytes_per_hit: number;
}

/** How much is kept. Sizes are bytes on disk, compressed. */
export interface Storage {
  readonly hits: {
    readonly rows: number;
    readonly bytes: number;
    readonly bytes_per_hit: number;
    /** Times of the first and the last one, ISO 8601 UTC; null if there is none. */
    readonly first: string | null;
    readonly last: string | null;
  };
  /** Of all tables. */
  readonly bytes: number;
  /** Largest first, as are columns. */
  readonly tables: readonly TableStorage[];
  readonly columns: readonly ColumnStorage[];
  /** Hits on disk that are not in the store yet. */
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
    // On a cluster each table has another name where its rows are.
    ...{ table: table.replace(/_local$/, ''), rows: Number(rows), bytes: Number(bytes) },
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
