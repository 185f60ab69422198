import { DATA_SETTINGS } from './data.ts';
import { readSwitch, setting } from './setting.ts';

export const SITES_SETTINGS = {
  ...DATA_SETTINGS,
  yes: setting('with delete: do not ask for confirmation', '', 'false', readSwitch),
  json: setting('print JSON', '', 'false', readSwitch),
} as const;
