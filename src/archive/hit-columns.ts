/** The columns of `hits` in an archive, in order, with their types, which are the same in Parquet files. */
const FIRST_COLUMNS = {
  site: 'LowCardinality(String)',
  time: "DateTime64(3, 'UTC')",
  visitor: 'UInt64',
  bot: 'LowCardinality(String)',
  path: 'String',
  name: 'LowCardinality(String)',
  source: 'LowCardinality(String)',
  referrer: 'String',
  utm_source: 'LowCardinality(String)',
  utm_medium: 'LowCardinality(String)',
  utm_campaign: 'LowCardinality(String)',
  country: 'LowCardinality(String)',
  browser: 'LowCardinality(String)',
  os: 'LowCardinality(String)',
  device: 'LowCardinality(String)',
  language: 'LowCardinality(String)',
  status: 'UInt16',
  method: 'LowCardinality(String)',
  title: 'String',
  props: 'String',
  batch: 'UInt64',
} as const;

/** Columns since format 2, and in the table function their values in files without them: those of an earlier version. */
const LATER_COLUMNS = {
  /** 0 is none: see `ARCHIVED_COLUMNS`. */
  position: 'UInt32',
  hostname: 'LowCardinality(String)',
  utm_term: 'LowCardinality(String)',
  utm_content: 'LowCardinality(String)',
  click_id: 'LowCardinality(String)',
  region: 'LowCardinality(String)',
  city: 'LowCardinality(String)',
  browser_version: 'LowCardinality(String)',
  os_version: 'LowCardinality(String)',
  screen: 'LowCardinality(String)',
  value: 'Decimal(38, 8)',
  currency: 'LowCardinality(String)',
  interactive: 'UInt8 DEFAULT 1',
  engaged: 'UInt32',
  scroll: 'Int8 DEFAULT -1',
} as const;

const ALL_COLUMNS = { ...FIRST_COLUMNS, ...LATER_COLUMNS };

/** Format of archived files: 1 has fewer columns. */
export type ArchiveFormat = 1 | 2;
export const ARCHIVE_FORMAT: ArchiveFormat = 2;

/** SQL: all columns, in the order that checksums use. */
export const HIT_COLUMNS = Object.keys(ALL_COLUMNS).join(', ');

/** SQL: the same of archived files `f`, with the position that hits of earlier versions have in the store. */
export const ARCHIVED_COLUMNS = HIT_COLUMNS.replace(
  /\bposition\b/,
  'toUInt32(if(f.position = 0, 1 + cityHash64(f.path, f.name) % 4194303, f.position)) AS position',
);

/** SQL: the columns that files of a format have. */
export function columnsOf(format: ArchiveFormat): string {
  return format === 1 ? Object.keys(FIRST_COLUMNS).join(', ') : HIT_COLUMNS;
}

/**
 * SQL: the columns by which batches are compared: without the position, as hits that an earlier version stored have another
 * one if a log brings them back.
 */
export function comparedColumnsOf(format: ArchiveFormat): string {
  return columnsOf(format).replace(/\bposition, /, '');
}

/** The structure of archived files, for ClickHouse's table functions. */
export const HIT_STRUCTURE = Object.entries(ALL_COLUMNS)
  .map(([name, type]) => `${name} ${type}`)
  .join(', ');
