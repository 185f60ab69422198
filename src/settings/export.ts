import { DATA_SETTINGS } from './data.ts';
import { SELECTION_SETTINGS } from './selection.ts';
import { choicesText, readOneOf, readText, setting } from './setting.ts';

/** Formats of exported hits. */
export const EXPORT_FORMATS = ['csv', 'ndjson', 'parquet'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export const EXPORT_SETTINGS = {
  ...DATA_SETTINGS,
  from: setting('start, inclusive: 2026-01-31 or 2026-01-31T12:00:00Z', 'TIME', undefined, String),
  to: setting('end, exclusive', 'TIME', undefined, String),
  ...SELECTION_SETTINGS,
  format: setting(choicesText(EXPORT_FORMATS), 'FORMAT', 'csv', readOneOf(EXPORT_FORMATS)),
  output: setting('output file, written atomically; - is standard output', 'FILE', '-', readText),
} as const;
