import { DATA_SETTINGS } from './data.ts';
import { readSwitch, readText, setting } from './setting.ts';

export const REPORT_SETTINGS = {
  ...DATA_SETTINGS,
  from: setting(
    'start, inclusive: 2026-01-31 or 2026-01-31T12:00:00Z (default: first hit)',
    'TIME',
    undefined,
    String,
  ),
  to: setting('end, exclusive (default: now, or without --from the last hit)', 'TIME', undefined, String),
  interval: setting(
    'minute, hour, day, week or month (default: by the period)',
    'INTERVAL',
    undefined,
    String,
  ),
  by: setting(
    'rank by path, referrer, source, country, browser, os, device, language, utm_source, utm_medium, utm_campaign, name or bot',
    'DIMENSION',
    undefined,
    String,
  ),
  site: setting('one site (default: all)', 'SITE', undefined, readText),
  bots: setting('exclude, include or only', 'WHICH', 'exclude', String),
  status: setting('statuses of hits from access logs: 2xx,404', 'LIST', undefined, String),
  timezone: setting('IANA time zone of intervals', 'ZONE', 'UTC', String),
  limit: setting('rows of a ranking', 'N', '10', String),
  json: setting('print JSON', '', 'false', readSwitch),
  csv: setting('print CSV: of the series, or with --by of the ranking', '', 'false', readSwitch),
} as const;
