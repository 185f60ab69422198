import { BUCKET_SETTINGS } from './archive.ts';
import { DATA_SETTINGS } from './data.ts';
import { readSize, readSwitch, readText, setting } from './setting.ts';

export const DOCTOR_SETTINGS = {
  ...DATA_SETTINGS,
  'spool-max': setting(
    'most bytes of hits that wait for the store, as "serve" has it',
    'SIZE',
    '1GiB',
    readSize,
  ),
  repair: setting('mend what can be mended, and say what was done', '', 'false', readSwitch),
  archive: setting(
    'with --repair: folder or s3://bucket/prefix of archived hits, from which missing ones are restored',
    'WHERE',
    undefined,
    readText,
  ),
  json: setting('print JSON', '', 'false', readSwitch),
  ...BUCKET_SETTINGS,
} as const;
