/** Settings of the commands about visits: `funnel`, `journeys` and `retention`. */
import { BUCKET_SETTINGS } from './archive.ts';
import { DATA_SETTINGS } from './data.ts';
import { readSwitch, readText, setting, severalSetting } from './setting.ts';

const SCOPE_SETTINGS = {
  ...DATA_SETTINGS,
  site: setting('one site (default: all)', 'SITE', undefined, readText),
  period: setting(
    'today, month, year or 24h up to now; 7d, 28d, 30d, 90d or 12mo, excluding the current day or month; yesterday, last_month, last_year; all (default); in --timezone, instead of --from and --to',
    'PERIOD',
    undefined,
    String,
  ),
  from: setting('start, inclusive: 2026-01-31 or 2026-01-31T12:00:00Z', 'TIME', undefined, String),
  to: setting('end, exclusive (default: now)', 'TIME', undefined, String),
  timezone: setting('IANA time zone of days and of times without an offset', 'ZONE', 'UTC', String),
  bots: setting('exclude (default), include or only', 'WHICH', undefined, String),
  filter: severalSetting(
    "only matching visits: 'source is Google and not visit_duration < 10'; several are combined with AND",
    'FILTER',
  ),
  segment: setting('a stored segment of the site, whose filters apply too', 'NAME', undefined, readText),
} as const;

const OUTPUT_SETTINGS = {
  archive: setting('folder or s3://bucket/prefix of archived hits to include', 'WHERE', undefined, readText),
  ...BUCKET_SETTINGS,
  json: setting('print JSON', '', 'false', readSwitch),
  csv: setting('print CSV', '', 'false', readSwitch),
} as const;

export const FUNNEL_SETTINGS = {
  ...SCOPE_SETTINGS,
  step: severalSetting(
    "a step, repeated in order: the name of a goal, 'page=/cart', 'event=purchase', 'outbound=*', 'download=*', 'not_found=*', alternatives such as 'signup or page=/thanks', or JSON",
    'STEP',
  ),
  funnel: setting('a stored funnel of the site, instead of steps', 'NAME', undefined, readText),
  within: setting(
    '"visit" (default, unless the stored funnel has another window), or days from the first step to the last: 7d',
    'WINDOW',
    undefined,
    readText,
  ),
  by: setting(
    'a dimension of visits, such as source, entry_page or country',
    'DIMENSION',
    undefined,
    readText,
  ),
  limit: setting('values of the dimension (default: 100)', 'N', undefined, readText),
  ...OUTPUT_SETTINGS,
} as const;

export const JOURNEYS_SETTINGS = {
  ...SCOPE_SETTINGS,
  page: setting('the page, or a pattern: /blog/*', 'PATTERN', undefined, readText),
  direction: setting('before, after or both (default)', 'WHERE', undefined, readText),
  steps: setting('pages in a path, up to 10 (default: 3)', 'N', undefined, readText),
  limit: setting('continuations of each path, up to 100 (default: 10)', 'N', undefined, readText),
  ...OUTPUT_SETTINGS,
} as const;

export const RETENTION_SETTINGS = {
  ...SCOPE_SETTINGS,
  interval: setting(
    'length of the intervals: day, week (default; month if all data has too many weeks) or month',
    'INTERVAL',
    undefined,
    readText,
  ),
  'return-filter': severalSetting('count only matching visits as returns; syntax of --filter', 'FILTER'),
  identity: setting(
    'how the sites identify visitors: cookie or cookieless (default: that of the last server on this folder, else cookie)',
    'HOW',
    undefined,
    readText,
  ),
  ...OUTPUT_SETTINGS,
} as const;
