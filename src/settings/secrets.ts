import { DATA_SETTINGS } from './data.ts';
import { readSwitch, setting } from './setting.ts';

export const SECRETS_SETTINGS = {
  ...DATA_SETTINGS,
  'forget-imports': setting(
    'if the import salt is lost: create one, and forget which logs were imported; their visitors and, if imported again, their lines then count again',
    '',
    'false',
    readSwitch,
  ),
} as const;
