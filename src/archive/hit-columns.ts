import { LAYOUTS, ROW_COLUMNS, ROW_LAYOUT } from '../rows/row-layout.ts';

/** Format of archived files, from 1: format n has the columns of row layout n, and columns of its own. */
export type ArchiveFormat = number;
export const ARCHIVE_FORMAT: ArchiveFormat = ROW_LAYOUT;

/** Columns of archives that are not in rows → the first format that has them. About a position of 0 see `ARCHIVED_COLUMNS`. */
const OWN_COLUMNS: Readonly<Record<string, ArchiveFormat>> = { batch: 1, position: 2 };

/** Columns of `hits` in an archive, in the order of checksums: columns of a new layout come last. */
const COLUMNS = [
  ...new Set([
    ...Object.keys(LAYOUTS[0]!),
    ...Object.keys(OWN_COLUMNS),
    ...LAYOUTS.flatMap((layout) => Object.keys(layout)),
  ]),
];

/**
 * Types of columns that differ from rows and are not `LowCardinality(String)`. A default is the value in files of an earlier
 * format.
 */
const TYPES: Readonly<Record<string, string>> = {
  time: "DateTime64(3, 'UTC')",
  path: 'String',
  referrer: 'String',
  title: 'String',
  props: 'String',
  batch: 'UInt64',
  position: 'UInt32',
  value: 'Decimal(38, 8)',
  interactive: 'UInt8 DEFAULT 1',
  scroll: 'Int8 DEFAULT -1',
  bytes: 'Int64 DEFAULT -1',
  response_time: 'Int32 DEFAULT -1',
};

/** SQL: all columns, in the order that checksums use. */
export const HIT_COLUMNS = COLUMNS.join(', ');

/** SQL: the same of archived files `f`, with the position that hits of earlier versions have in the store. */
export const ARCHIVED_COLUMNS = HIT_COLUMNS.replace(
  /\bposition\b/,
  'toUInt32(if(f.position = 0, 1 + cityHash64(f.path, f.name) % 4194303, f.position)) AS position',
);

/** SQL: the columns that files of a format have. */
export function columnsOf(format: ArchiveFormat): string {
  const layout = LAYOUTS[format - 1]!;
  return COLUMNS.filter((column) => column in layout || OWN_COLUMNS[column]! <= format).join(', ');
}

/**
 * SQL: the columns by which batches are compared. Not the position: hits stored by an earlier version get another one when their
 * log is imported again.
 */
export function comparedColumnsOf(format: ArchiveFormat): string {
  return columnsOf(format).replace(/\bposition, /, '');
}

/** The structure of archived files, for ClickHouse's table functions. The types are the same in Parquet files. */
export const HIT_STRUCTURE = COLUMNS.map((name) => `${name} ${typeOf(name)}`).join(', ');

function typeOf(column: string): string {
  const type = (ROW_COLUMNS as Readonly<Record<string, string>>)[column];
  return TYPES[column] ?? (type === 'String' ? 'LowCardinality(String)' : type!);
}
