import { HitError } from '../errors.ts';
import { PURGE_SETTINGS } from './purge.ts';
import { readAge, readOneOf, readText, secretSetting, setting, severalSetting } from './setting.ts';

/** What `serve` does by the clock. */
export const SCHEDULE_SETTINGS = {
  schedule: severalSetting(
    'a job and its time: report daily 07:00 --period 7d; purge weekly sun 03:00; archive cron "0 4 * * *" … (several: repeat it)',
    'JOB',
  ),
  timezone: setting('IANA time zone of schedules and their reports', 'ZONE', 'UTC', readText),
  'reports-dir': setting(
    'folder for scheduled reports (default: reports in the data folder)',
    'FOLDER',
    undefined,
    readText,
  ),
  webhook: secretSetting('URL to which reports and alerts are posted, signed', 'URL', undefined, readWebhook),
  'webhook-secret': secretSetting(
    'key for the signatures, whsec_ and base64 (default: generated at first use)',
    'SECRET',
    undefined,
    readWebhookSecret,
  ),
  alert: severalSetting(
    'alert when a live count crosses a threshold: visitors in 5m > 1000; hits in 1h < 10 site a.com clear 20 for 30s (several: repeat it)',
    'RULE',
  ),
} as const;

/** The flags of each job in a schedule. */
export const JOB_SETTINGS = {
  report: {
    period: setting(
      'today, yesterday, 24h, 7d, 28d, 30d, 90d, 12mo, month, last_month, year or last_year, relative to the time of the run',
      'PERIOD',
      '7d',
      readText,
    ),
    format: setting('file format', 'FORMAT', 'text', readOneOf(['text', 'json', 'csv'] as const)),
    name: setting('file name (default: report-daily, …)', 'NAME', undefined, readName),
    site: setting('one site', 'SITE', undefined, readText),
    by: setting('dimension of the ranking', 'DIMENSION', undefined, readText),
    compare: setting('previous or year', 'PERIOD', undefined, readText),
    interval: setting('interval of the series', 'INTERVAL', undefined, readText),
    limit: setting('rows of a ranking', 'N', undefined, readText),
    filter: setting('path=/blog/*', 'FILTER', undefined, readText),
    metrics: setting('such as visits,bounce_rate', 'LIST', undefined, readText),
    bots: setting('exclude, include or only', 'WHICH', undefined, readText),
    status: setting('2xx,404', 'LIST', undefined, readText),
    class: setting('page,asset', 'LIST', undefined, readText),
  },
  purge: {
    'keep-hits': PURGE_SETTINGS['keep-hits'],
    'keep-rollups': PURGE_SETTINGS['keep-rollups'],
    'keep-visits': PURGE_SETTINGS['keep-visits'],
  },
  archive: {
    'older-than': setting('age of hits', 'AGE', undefined, readAge),
    to: setting('folder or s3://…', 'WHERE', undefined, readText),
  },
} as const;

function readName(text: string, flag: string): string {
  if (/^[\w-]{1,60}$/.test(text)) return text;
  throw new HitError('bad_setting', `${flag}: "${text}" is not 1 to 60 letters, digits, - or _`);
}

function readWebhook(text: string, flag: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return text;
  // Who has the address may have the right to post there: it is not for the terminal and the log.
  throw new HitError('bad_setting', `${flag}: that is not a URL such as https://example.com/hook`);
}

/** A secret of Standard Webhooks: `whsec_` and base64 of 24 to 64 bytes. */
export function readWebhookSecret(text: string, flag: string): Uint8Array {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1] ?? '';
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.length >= 24 && bytes.length <= 64) return new Uint8Array(bytes);
  throw new HitError('bad_setting', `${flag}: a secret is whsec_ and 24 to 64 bytes in base64`);
}
