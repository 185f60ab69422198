import { readNumber, readSize, readSwitch, readText, setting } from './setting.ts';

export const MERGE_SETTINGS = {
  token: setting(
    "the nodes' admin token: one for all, or one for each, separated by commas; HIT_TOKEN keeps it out of the process list",
    'TOKEN',
    undefined,
    readText,
  ),
  site: setting('one site (default: all together)', 'SITE', undefined, readText),
  window: setting('windows that end now, up to 400d (default: 60s,5m,1h,24h)', 'LIST', undefined, readText),
  partial: setting('leave out nodes that do not answer', '', 'false', readSwitch),
  timeout: setting('seconds that a node may take to answer', 'SECONDS', '10', readNumber(1, 3600)),
  'max-size': setting('most bytes of an answer', 'SIZE', '64MiB', readSize),
  json: setting('print JSON', '', 'false', readSwitch),
} as const;
