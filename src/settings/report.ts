import { BUCKET_SETTINGS } from './archive.ts';
import { DATA_SETTINGS } from './data.ts';
import { SELECTION_SETTINGS } from './selection.ts';
import { readSwitch, readText, setting, severalSetting } from './setting.ts';

export const REPORT_SETTINGS = {
  ...DATA_SETTINGS,
  period: setting(
    'today, month, year or 24h up to now; 7d, 28d, 30d, 90d or 12mo, excluding the current day or month; yesterday, last_month, last_year; in a query also all; in --timezone, instead of --from and --to',
    'PERIOD',
    undefined,
    String,
  ),
  from: setting(
    'start, inclusive: 2026-01-31 or 2026-01-31T12:00:00Z (default: first hit)',
    'TIME',
    undefined,
    String,
  ),
  to: setting('end, exclusive (default: now, or without --from the last hit)', 'TIME', undefined, String),
  compare: setting(
    'compare with the "previous" period, or with the same period a "year" ago',
    'WITH',
    undefined,
    String,
  ),
  interval: setting(
    'minute, hour, day, week or month (default: by the period)',
    'INTERVAL',
    undefined,
    String,
  ),
  metrics: setting(
    'additional metrics of the series: visits, bounce_rate, visit_duration; or those of a query, such as pageviews,conversion_rate',
    'LIST',
    undefined,
    String,
  ),
  by: setting(
    'rank by path, referrer, source, country, browser, os, device, language, utm_source, utm_medium, utm_campaign, name or bot; or up to three dimensions of a query: channel,entry_page',
    'DIMENSIONS',
    undefined,
    String,
  ),
  goal: setting('name of the goal for conversions and revenue', 'GOAL', undefined, readText),
  segment: setting('a stored segment of the site, whose filters apply too', 'NAME', undefined, readText),
  order: setting("sort order of a query's rows: 'visits desc, source'", 'COLUMNS', undefined, readText),
  ...SELECTION_SETTINGS,
  filter: severalSetting(
    "only matching hits: 'path=/blog/*' or 'country!=DE|AT'; or visits, as in a query: 'source is Google and not visit_duration < 10'; several are combined with AND",
    'FILTER',
  ),
  timezone: setting('IANA time zone of days and of times without an offset', 'ZONE', 'UTC', String),
  limit: setting('rows of a ranking', 'N', '10', String),
  archive: setting('folder or s3://bucket/prefix of archived hits to include', 'WHERE', undefined, readText),
  ...BUCKET_SETTINGS,
  storage: setting('print disk usage only', '', 'false', readSwitch),
  json: setting('print JSON', '', 'false', readSwitch),
  csv: setting('print CSV: of the series, or with --by of the ranking', '', 'false', readSwitch),
} as const;
