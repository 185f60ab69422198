import { DATA_SETTINGS } from './data.ts';
import { readOneOf, readText, setting, severalSetting } from './setting.ts';

export const EXPORT_SETTINGS = {
  ...DATA_SETTINGS,
  from: setting('start, inclusive: 2026-01-31 or 2026-01-31T12:00:00Z', 'TIME', undefined, String),
  to: setting('end, exclusive', 'TIME', undefined, String),
  site: setting('one site (default: all)', 'SITE', undefined, readText),
  filter: severalSetting(
    "only matching hits: 'path=/blog/*' or 'country!=DE|AT'; several are combined with AND",
    'FILTER',
  ),
  bots: setting('exclude (default), include or only', 'WHICH', undefined, String),
  status: setting('statuses of hits from access logs: 2xx,404', 'LIST', undefined, String),
  format: setting(
    'csv, ndjson or parquet',
    'FORMAT',
    'csv',
    readOneOf(['csv', 'ndjson', 'parquet'] as const),
  ),
  output: setting('output file, written atomically; - is standard output', 'FILE', '-', readText),
} as const;
