import { DATA_SETTINGS } from './data.ts';
import { readStore, readSwitch, secretSetting, setting } from './setting.ts';

export const MOVE_SETTINGS = {
  'data-dir': DATA_SETTINGS['data-dir'],
  to: secretSetting(
    'server: clickhouse://user:pass@host:8123/db, clickhouses:// over TLS, with ?cluster=name or ?cloud; prefer HIT_TO, as command lines are visible to others',
    'URL',
    undefined,
    readStore,
  ),
  'dry-run': setting('print what would be done, without doing it', '', 'false', readSwitch),
  json: setting('print the summary as JSON', '', 'false', readSwitch),
} as const;
