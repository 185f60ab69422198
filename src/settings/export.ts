import { DATA_SETTINGS } from './data.ts';
import { SELECTION_SETTINGS } from './selection.ts';
import { readOneOf, readText, setting } from './setting.ts';

export const EXPORT_SETTINGS = {
  ...DATA_SETTINGS,
  from: setting('start, inclusive: 2026-01-31 or 2026-01-31T12:00:00Z', 'TIME', undefined, String),
  to: setting('end, exclusive', 'TIME', undefined, String),
  ...SELECTION_SETTINGS,
  format: setting(
    'csv, ndjson or parquet',
    'FORMAT',
    'csv',
    readOneOf(['csv', 'ndjson', 'parquet'] as const),
  ),
  output: setting('output file, written atomically; - is standard output', 'FILE', '-', readText),
} as const;
