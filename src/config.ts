/**
 * Every setting, once: its flag, its unit, its range, its default, an example. This is the only reader of the command
 * line and the environment; everything else is handed plain values.
 */

import { parseArgs } from 'node:util';
import { HitError, messageOf } from './errors.ts';
import {
  readAge,
  readList,
  readLive,
  readNumber,
  readOneOf,
  readSize,
  readStore,
  readStream,
  readSwitch,
  readText,
  readToken,
  readTrackers,
  type Setting,
  setting,
} from './setting.ts';

export type Settings = Readonly<Record<string, Setting<unknown>>>;
export type Values<Specs extends Settings> = {
  readonly [Name in keyof Specs]: Specs[Name] extends Setting<infer Value> ? Value | undefined : never;
};

/** Settings that several commands share. */
const DATA_SETTINGS = {
  'data-dir': setting('folder of the store, the spool and the secrets', 'FOLDER', './data', readText),
  store: setting(
    '"embedded", or a server: clickhouse://user:pass@host:8123/db',
    'STORE',
    'embedded',
    readStore,
  ),
} as const;

export const SERVE_SETTINGS = {
  port: setting('TCP port; 0 takes a free one', 'PORT', '5000', readNumber(0, 65_535)),
  host: setting('address to listen on', 'HOST', '0.0.0.0', readText),
  ...DATA_SETTINGS,
  tracker: setting('trackers, any of simple,rate,db', 'LIST', 'simple,rate,db', readTrackers),
  live: setting('where live counts are kept: memory', 'WHERE', 'memory', readLive),
  stream: setting('Kafka topic of the stream tracker (not in this version)', 'URL', undefined, readStream),
  identity: setting(
    'name visitors by a first-party "cookie", or "cookieless"',
    'HOW',
    'cookie',
    readOneOf(['cookie', 'cookieless'] as const),
  ),
  'trust-proxy': setting(
    'peers whose X-Forwarded-For is believed: loopback, private, none, or CIDR ranges',
    'LIST',
    'loopback',
    String,
  ),
  'rate-limit': setting(
    'hits per client address: 100/s, 600/m, 10000/h, or off; loopback is exempt',
    'RATE',
    '100/s',
    String,
  ),
  sites: setting('sites to count, separated by commas (default: any)', 'LIST', undefined, readList),
  'max-sites': setting(
    'most sites that are counted when any may come',
    'N',
    '1000',
    readNumber(1, 1_000_000),
  ),
  threads: setting(
    'threads that collect, on one port (Linux, FreeBSD); 1 collects in the main one',
    'N',
    '1',
    readNumber(1, 64),
  ),
  'live-memory': setting(
    "most memory for the live windows of single sites; those not used leave it for the data folder's disk",
    'SIZE',
    '256MiB',
    readSize,
  ),
  'expected-visitors': setting(
    'all-time visitors that the simple tracker is planned for, 12 bits each',
    'N',
    '1000000',
    readNumber(1000, 500_000_000),
  ),
  durability: setting(
    '"disk": acknowledged hits survive a power cut; "process": they survive kill -9',
    'HOW',
    'disk',
    readOneOf(['disk', 'process'] as const),
  ),
  'spool-max': setting('most bytes of hits that wait for the store', 'SIZE', '1GiB', readSize),
  'keep-hits': setting('age at which hits may be purged (no purge in this version)', 'AGE', '400d', readAge),
  'keep-rollups': setting(
    'age at which rollups may be purged (none in this version)',
    'AGE',
    'forever',
    readAge,
  ),
  'admin-token': setting(
    'token for reading, 16 characters or more (default: made at first start)',
    'TOKEN',
    undefined,
    readToken,
  ),
  public: setting('let everybody read, without a token', '', 'false', readSwitch),
  'log-level': setting(
    'fatal, error, warn, info, debug, trace or silent',
    'LEVEL',
    'info',
    readOneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const),
  ),
} as const;

export const IMPORT_SETTINGS = {
  ...DATA_SETTINGS,
  site: setting('site of lines that name none (default: localhost)', 'SITE', undefined, readText),
  format: setting(
    'auto, common, combined, vhost or commonvhost',
    'FORMAT',
    'auto',
    readOneOf(['auto', 'common', 'combined', 'vhost', 'commonvhost'] as const),
  ),
  follow: setting(
    'go on reading as the file grows, through rotation, until stopped',
    '',
    'false',
    readSwitch,
  ),
  json: setting('print the summary as JSON', '', 'false', readSwitch),
} as const;

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

/** Settings that are read by every command before its own. */
const EVERYWHERE = { help: { type: 'boolean', short: 'h' } } as const;

export interface CommandLine<Specs extends Settings> {
  readonly values: Values<Specs>;
  readonly positionals: readonly string[];
  readonly help: boolean;
}

/**
 * Reads a command's settings: flags first, then the environment, then defaults.
 *
 * @param args what follows the command's name
 * @throws HitError `bad_usage` for an unknown flag, `bad_setting` for a bad value
 */
export function readSettings<Specs extends Settings>(
  specs: Specs,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): CommandLine<Specs> {
  const { values: flags, positionals } = parseFlags(specs, args);
  if (flags.help === true) return { values: {} as Values<Specs>, positionals, help: true };
  const entries = Object.entries(specs).map(([name, spec]) => {
    const variable = environmentName(name);
    const flag = flags[name];
    const text = flag === true ? 'true' : (flag ?? environment[variable] ?? spec.fallback);
    const origin = flag === undefined && environment[variable] !== undefined ? variable : `--${name}`;
    return [name, text === undefined ? undefined : spec.read(String(text), origin)] as const;
  });
  return { values: Object.fromEntries(entries) as Values<Specs>, positionals, help: false };
}

function parseFlags(specs: Settings, args: readonly string[]) {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, { value }]) => [
      name,
      { type: value === '' ? 'boolean' : 'string' } as const,
    ]),
  );
  try {
    const parsed = parseArgs({
      args: [...args],
      options: { ...options, ...EVERYWHERE },
      allowPositionals: true,
    });
    return {
      values: parsed.values as Record<string, string | boolean | undefined>,
      positionals: parsed.positionals,
    };
  } catch (error) {
    throw new HitError('bad_usage', `${messageOf(error).split('. ')[0]}; --help lists the flags`, {
      cause: error,
    });
  }
}

/** `HIT_DATA_DIR` of `data-dir`. */
export function environmentName(name: string): string {
  return `HIT_${name.replaceAll('-', '_').toUpperCase()}`;
}
