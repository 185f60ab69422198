import { DATA_SETTINGS } from './data.ts';
import { readSwitch, readText, setting } from './setting.ts';

export const BACKUP_SETTINGS = {
  'data-dir': DATA_SETTINGS['data-dir'],
  to: setting('destination folder: new or empty', 'FOLDER', undefined, readText),
  json: setting('print JSON', '', 'false', readSwitch),
} as const;
