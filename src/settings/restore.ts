import { BUCKET_SETTINGS } from './archive.ts';
import { DATA_SETTINGS } from './data.ts';
import { readSwitch, readText, setting } from './setting.ts';

export const RESTORE_SETTINGS = {
  ...DATA_SETTINGS,
  from: setting('folder of the archive, or s3://bucket/prefix', 'WHERE', undefined, readText),
  'from-day': setting(
    'first UTC day to restore: 2026-01-31 (default: the first)',
    'DAY',
    undefined,
    readText,
  ),
  'to-day': setting('last UTC day to restore, inclusive (default: the last)', 'DAY', undefined, readText),
  site: setting('one site (default: all)', 'SITE', undefined, readText),
  'dry-run': setting('print what would be restored, without restoring it', '', 'false', readSwitch),
  json: setting('print the summary as JSON', '', 'false', readSwitch),
  ...BUCKET_SETTINGS,
} as const;
