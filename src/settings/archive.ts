import { DATA_SETTINGS } from './data.ts';
import { readAge, readSwitch, readText, secretSetting, setting } from './setting.ts';

/** How to reach a bucket. Whatever reads or writes an archive has these. */
export const BUCKET_SETTINGS = {
  's3-endpoint': setting('endpoint of an S3-compatible service (default: AWS)', 'URL', undefined, readText),
  's3-region': setting('AWS region of the bucket', 'REGION', 'us-east-1', readText),
  's3-access-key': secretSetting(
    'access key; prefer HIT_S3_ACCESS_KEY, as command lines are visible to others (default: credentials of the machine)',
    'KEY',
    undefined,
    readText,
  ),
  's3-secret-key': secretSetting('secret key; prefer HIT_S3_SECRET_KEY', 'KEY', undefined, readText),
} as const;

export const ARCHIVE_SETTINGS = {
  ...DATA_SETTINGS,
  to: setting('folder of the archive, or s3://bucket/prefix', 'WHERE', undefined, readText),
  'older-than': setting('archive days older than this: 90d, 13w, 1y', 'AGE', '90d', readAge),
  site: setting('one site (default: all)', 'SITE', undefined, readText),
  'dry-run': setting('print what would be archived, without archiving it', '', 'false', readSwitch),
  json: setting('print the summary as JSON', '', 'false', readSwitch),
  ...BUCKET_SETTINGS,
} as const;
