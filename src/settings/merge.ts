import { readNumber, readSize, readSwitch, readText, secretSetting, setting } from './setting.ts';

export const MERGE_SETTINGS = {
  token: secretSetting(
    'token of the nodes, of the scope "peer" or "read": one for all, or one each, separated by commas; prefer HIT_TOKEN, as command lines are visible to others',
    'TOKEN',
    undefined,
    readText,
  ),
  'allow-insecure-peers': setting(
    'send the token over plain http:// outside private networks too, where others can read it',
    '',
    'false',
    readSwitch,
  ),
  site: setting('one site (default: all together)', 'SITE', undefined, readText),
  window: setting('windows ending now, up to 400d (default: 60s,5m,1h,24h)', 'LIST', undefined, readText),
  partial: setting('ignore nodes that do not answer', '', 'false', readSwitch),
  timeout: setting('time limit for each node, in seconds', 'SECONDS', '10', readNumber(1, 3600)),
  'max-size': setting('maximum size of an answer', 'SIZE', '64MiB', readSize),
  json: setting('print JSON', '', 'false', readSwitch),
} as const;
