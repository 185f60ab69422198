import { readAges } from './ages.ts';
import { DATA_SETTINGS } from './data.ts';
import { readSwitch, setting } from './setting.ts';

/** Default retention: nothing is deleted unless the owner says so. */
export const KEEP_HITS = 'forever';
export const KEEP_ROLLUPS = 'forever';
export const KEEP_VISITS = 'forever';

export const PURGE_SETTINGS = {
  ...DATA_SETTINGS,
  'keep-hits': setting(
    `age at which hits are purged; per site after a comma: 400d,a.com=30d,b.com=forever (default: the server's, or ${KEEP_HITS})`,
    'AGES',
    undefined,
    readAges(KEEP_HITS),
  ),
  'keep-rollups': setting(
    `the same for rollups (default: the server's, or ${KEEP_ROLLUPS})`,
    'AGES',
    undefined,
    readAges(KEEP_ROLLUPS),
  ),
  'keep-visits': setting(
    `the same for visits (default: the server's, or ${KEEP_VISITS})`,
    'AGES',
    undefined,
    readAges(KEEP_VISITS),
  ),
  'dry-run': setting('print what would be done, without doing it', '', 'false', readSwitch),
  json: setting('print JSON', '', 'false', readSwitch),
} as const;
