import { timeZoneOf } from '../timing/time-zone.ts';
import { readAges } from './ages.ts';
import { DATA_SETTINGS } from './data.ts';
import { INTAKE_SETTINGS } from './intake.ts';
import { LOG_FIELDS, readLogFields } from './log-fields.ts';
import { LOG_FORMAT_CHOICES, readLogFormat } from './log-format.ts';
import { KEEP_HITS } from './purge.ts';
import { bad, choicesText, readShare, readSwitch, readText, type Settings, setting } from './setting.ts';
import { readSyslogAddresses } from './syslog-address.ts';

/** Site of lines without a host, unless another is given. */
export const DEFAULT_SITE = 'localhost';

export const IMPORT_SETTINGS = {
  ...DATA_SETTINGS,
  site: setting(`site for lines without a host (default: ${DEFAULT_SITE})`, 'SITE', undefined, readText),
  format: setting(
    choicesText([...LOG_FORMAT_CHOICES, "a notation of Apache's LogFormat or nginx's log_format"]),
    'FORMAT',
    'auto',
    readLogFormat,
  ),
  fields: setting(
    `names of fields in JSON lines that are not recognized, for ${LOG_FIELDS.join(', ')}: client=src_ip,time=meta.when`,
    'FIELD=NAME,…',
    undefined,
    readLogFields,
  ),
  timezone: setting(
    'IANA time zone of times without an offset, as those of HAProxy (default: UTC)',
    'ZONE',
    undefined,
    readTimezone,
  ),
  brotli: setting(
    'the logs are compressed by brotli; not needed for files named .br',
    '',
    'false',
    readSwitch,
  ),
  'dry-run': setting('show how lines of the files are read, without importing them', '', 'false', readSwitch),
  yes: setting(
    'import in spite of checks that say that the counts would be wrong, and shorter or edited copies',
    '',
    'false',
    readSwitch,
  ),
  'max-failures': setting(
    'acceptable share of failed lines in a log; with more, the command fails',
    'PERCENT',
    '5%',
    readShare,
  ),
  follow: setting(
    'keep reading as the logs grow and are rotated, until stopped; patterns are allowed',
    '',
    'false',
    readSwitch,
  ),
  syslog: setting(
    'with --follow, addresses at which log lines arrive as syslog messages: udp://127.0.0.1:5514,tcp://127.0.0.1:5514',
    'ADDRESS,…',
    undefined,
    readSyslogAddresses,
  ),
  keep: setting('import, and exempt the sites of these logs from all purges', '', 'false', readSwitch),
  'allow-purge': setting(
    'import lines older than --keep-hits anyway; the next purge deletes them',
    '',
    'false',
    readSwitch,
  ),
  'restore-purged': setting(
    'restore purged hits of logs that an earlier version imported (for archived ones, use restore)',
    '',
    'false',
    readSwitch,
  ),
  'keep-hits': setting(
    'retention of hits, if no server is running (default: that of the last server on this folder)',
    'AGES',
    undefined,
    readAges(KEEP_HITS),
  ),
  ...withoutServer(INTAKE_SETTINGS),
  json: setting('print the summary as JSON', '', 'false', readSwitch),
} as const;

function readTimezone(text: string, flag: string): string {
  const zone = timeZoneOf(text);
  if (zone === undefined) throw bad(flag, text, 'an IANA time zone such as Europe/Berlin');
  return zone;
}

/** The same settings for `import`: a running server uses its own. */
function withoutServer<Specs extends Settings>(settings: Specs): Specs {
  const entries = Object.entries(settings).map(([name, spec]) => [
    name,
    { ...spec, help: `${spec.help}; a running server uses its own` },
  ]);
  return Object.fromEntries(entries) as Specs;
}
