import { readText, setting, severalSetting } from './setting.ts';

/** Which hits a command is about, besides their period. */
export const SELECTION_SETTINGS = {
  site: setting('one site (default: all)', 'SITE', undefined, readText),
  filter: severalSetting(
    "only matching hits: 'path=/blog/*' or 'country!=DE|AT'; several are combined with AND",
    'FILTER',
  ),
  bots: setting('exclude (default), include or only', 'WHICH', undefined, String),
  status: setting('statuses of hits from access logs: 2xx,404', 'LIST', undefined, String),
  class: setting(
    'classes of requests in access logs: page, asset, feed, api, other',
    'LIST',
    undefined,
    String,
  ),
} as const;
