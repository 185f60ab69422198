import { DATA_SETTINGS } from './data.ts';
import { readAge, readSwitch, readText, setting } from './setting.ts';

/** How to reach a bucket. Whatever reads or writes an archive has these. */
export const BUCKET_SETTINGS = {
  's3-endpoint': setting(
    'S3-compatible service of s3://bucket/prefix (default: AWS)',
    'URL',
    undefined,
    readText,
  ),
  's3-region': setting('region of the bucket, at AWS', 'REGION', 'us-east-1', readText),
  's3-access-key': setting(
    'key of the bucket; better in HIT_S3_ACCESS_KEY, since others see a command line (default: those of the machine)',
    'KEY',
    undefined,
    readText,
  ),
  's3-secret-key': setting('its secret; better in HIT_S3_SECRET_KEY', 'KEY', undefined, readText),
} as const;

export const ARCHIVE_SETTINGS = {
  ...DATA_SETTINGS,
  to: setting('folder of the archive, or s3://bucket/prefix', 'WHERE', undefined, readText),
  'older-than': setting('age of days that are archived: 90d, 13w, 1y', 'AGE', '90d', readAge),
  site: setting('one site (default: all)', 'SITE', undefined, readText),
  'dry-run': setting('say what would be archived, and leave it', '', 'false', readSwitch),
  json: setting('print the summary as JSON', '', 'false', readSwitch),
  ...BUCKET_SETTINGS,
} as const;
