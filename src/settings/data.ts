import { readStore, readText, secretSetting, setting } from './setting.ts';

/** Settings that several commands share. */
export const DATA_SETTINGS = {
  'data-dir': setting('folder of the store, the spool and the secrets', 'FOLDER', './data', readText),
  store: secretSetting(
    '"embedded", or a server: clickhouse://user:pass@host:8123/db',
    'STORE',
    'embedded',
    readStore,
  ),
} as const;

/** For commands that run on several nodes. */
export const SHARED_SECRETS = setting(
  'file of secrets that nodes share, created by "secrets"; copied to a data folder that has none',
  'FILE',
  undefined,
  readText,
);
