import { readNumber, readOneOf, readSwitch, readText, secretSetting, setting } from './setting.ts';

/** Periods of rankings, by name. */
export const TOP_PERIODS = ['1h', '24h', '7d', '30d'] as const;
export type TopPeriod = (typeof TOP_PERIODS)[number];

export const TOP_SETTINGS = {
  url: setting(
    'a server, such as http://host:5000 (default: the one that runs on the data folder)',
    'URL',
    undefined,
    readText,
  ),
  token: secretSetting(
    'token for --url; prefer HIT_TOKEN, as command lines are visible to others',
    'TOKEN',
    undefined,
    readText,
  ),
  'data-dir': setting('folder of the server on this machine', 'FOLDER', './data', readText),
  site: setting('one site (default: all together)', 'SITE', undefined, readText),
  period: setting('period of the rankings: 1h, 24h, 7d, 30d', 'PERIOD', '24h', readOneOf(TOP_PERIODS)),
  rows: setting('rows per ranking, with --once', 'N', '10', readNumber(1, 100)),
  once: setting('print once and exit', '', 'false', readSwitch),
  json: setting('print once as JSON and exit', '', 'false', readSwitch),
} as const;
