import { BUCKET_SETTINGS } from './archive.ts';
import { DATA_SETTINGS } from './data.ts';
import { readSize, readSwitch, readText, setting } from './setting.ts';

export const DOCTOR_SETTINGS = {
  ...DATA_SETTINGS,
  'spool-max': setting('--spool-max of the server', 'SIZE', '1GiB', readSize),
  repair: setting('repair what can be repaired', '', 'false', readSwitch),
  requeue: setting(
    'deliver batches again that the store refused, once the cause is removed',
    '',
    'false',
    readSwitch,
  ),
  archive: setting(
    'with --repair: folder or s3://bucket/prefix of archived hits from which missing hits are restored',
    'WHERE',
    undefined,
    readText,
  ),
  json: setting('print JSON', '', 'false', readSwitch),
  ...BUCKET_SETTINGS,
} as const;
