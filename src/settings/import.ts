import { DATA_SETTINGS } from './data.ts';
import { readOneOf, readSwitch, readText, setting } from './setting.ts';

export const IMPORT_SETTINGS = {
  ...DATA_SETTINGS,
  site: setting('site of lines that name none (default: localhost)', 'SITE', undefined, readText),
  format: setting(
    'auto, common, combined, vhost or commonvhost',
    'FORMAT',
    'auto',
    readOneOf(['auto', 'common', 'combined', 'vhost', 'commonvhost'] as const),
  ),
  follow: setting(
    'go on reading as the file grows, through rotation, until stopped',
    '',
    'false',
    readSwitch,
  ),
  json: setting('print the summary as JSON', '', 'false', readSwitch),
} as const;
