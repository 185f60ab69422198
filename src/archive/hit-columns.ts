/** The columns of `hits`, in order, with their types, which are the same in Parquet files. */
const COLUMN_TYPES = {
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

/** SQL: all columns, in the order that checksums use. */
export const HIT_COLUMNS = Object.keys(COLUMN_TYPES).join(', ');

/** The structure of archived files, for ClickHouse's table functions. */
export const HIT_STRUCTURE = Object.entries(COLUMN_TYPES)
  .map(([name, type]) => `${name} ${type}`)
  .join(', ');
