import { readSettings } from '../config.ts';
import { HitError, messageOf } from '../errors.ts';
import { siteName } from '../hit/site-name.ts';
import { LocalTime } from '../query/local-time.ts';
import type { QueryParams } from '../query/params.ts';
import { PERIODS, type PeriodName } from '../query/period.ts';
import { readDimension } from '../query/ranking.ts';
import { readComparison, readInterval, readLimit, readMetrics, readSelection } from '../query/selection.ts';
import { JOB_SETTINGS } from '../settings/schedule.ts';
import type { Values } from '../settings/setting.ts';
import { splitArguments } from './arguments.ts';
import { parseSchedule, type Schedule } from './schedule-text.ts';

/** Most jobs that are accepted. */
const MAX_JOBS = 100;

interface Planned {
  /** As written, with normalised whitespace: identifies the job across restarts. */
  readonly text: string;
  readonly schedule: Schedule;
}

export interface ReportJob extends Planned {
  readonly kind: 'report';
  readonly period: PeriodName;
  readonly format: 'text' | 'json' | 'csv';
  /** Prefix of its file names. */
  readonly name: string;
  /** The other parameters of the query, except `from` and `to`. */
  readonly params: QueryParams;
}

export interface PurgeJob extends Planned {
  readonly kind: 'purge';
  readonly values: Values<typeof JOB_SETTINGS.purge>;
}

export interface ArchiveJob extends Planned {
  readonly kind: 'archive';
  readonly values: Values<typeof JOB_SETTINGS.archive>;
}

export type Job = ReportJob | PurgeJob | ArchiveJob;

/**
 * Reads schedules: `report`, `purge` or `archive`, the times, and the flags of that job.
 *
 * @param timezone an IANA name
 * @throws HitError `bad_setting` that names the argument; also for two reports that would write the same file
 * @example
 * readJobs(['report daily 07:00 --period 7d --site a.com', 'purge weekly sun 03:00'], 'Europe/Berlin');
 */
export function readJobs(texts: readonly string[], timezone: string): Job[] {
  if (texts.length > MAX_JOBS) throw new HitError('bad_setting', `--schedule: more than ${MAX_JOBS} jobs`);
  const jobs = new Map<string, Job>();
  const names = new Set<string>();
  for (const text of texts) {
    try {
      const job = readJob(text, timezone);
      if (jobs.has(job.text)) throw new Error('it is given twice');
      jobs.set(job.text, job);
      if (job.kind !== 'report') continue;
      const file = `${job.name} ${job.params.site ?? ''} ${job.format}`;
      if (names.has(file)) throw new Error(`another report is "${job.name}": give this one a --name`);
      names.add(file);
    } catch (error) {
      throw new HitError('bad_setting', `--schedule "${text}": ${messageOf(error)}`, { cause: error });
    }
  }
  return [...jobs.values()];
}

/** @throws HitError `bad_setting` for an invalid IANA time zone */
export function readZone(text: string): string {
  try {
    if (/^[+-]/.test(text)) throw new RangeError(text);
    new LocalTime(text);
    return text;
  } catch {
    throw new HitError('bad_setting', `--timezone: "${text}" is not an IANA time zone such as Europe/Berlin`);
  }
}

function readJob(text: string, timezone: string): Job {
  const args = splitArguments(text);
  const kind = args.shift() ?? '';
  if (kind !== 'report' && kind !== 'purge' && kind !== 'archive') {
    throw new Error(`"${kind}" is not report, purge or archive`);
  }
  const schedule = parseSchedule(args, timezone);
  const planned = { text: text.trim().replaceAll(/\s+/g, ' '), schedule };
  if (kind === 'purge') return { ...planned, kind, values: readFlags(JOB_SETTINGS.purge, args) };
  if (kind === 'archive') return { ...planned, kind, values: readArchive(args) };
  return { ...planned, kind, ...readReport(args, schedule, timezone) };
}

function readArchive(args: readonly string[]): ArchiveJob['values'] {
  const values = readFlags(JOB_SETTINGS.archive, args);
  if (values['older-than'] === undefined) throw new Error('--older-than is missing');
  if (values.to === undefined) throw new Error('--to is missing');
  return values;
}

function readReport(args: readonly string[], schedule: Schedule, timezone: string) {
  const { period, format, name, ...rest } = readFlags(JOB_SETTINGS.report, args);
  const found = PERIODS.find((known) => known === period);
  if (found === undefined) throw new Error(`--period: "${period}" is not ${PERIODS.join(', ')}`);
  const params: QueryParams = { ...defined(rest), timezone };
  // Invalid queries are reported now, not when the job is due.
  readSelection(params);
  readInterval(params.interval);
  readLimit(params.limit);
  readComparison(params.compare);
  readMetrics(params.metrics);
  if (params.by !== undefined) readDimension(params.by);
  const site = rest.site === undefined ? {} : { site: siteName(rest.site) };
  return {
    period: found,
    format: format!,
    name: name ?? `report-${schedule.name}`,
    params: { ...params, ...site },
  };
}

/** The flags of a job, parsed like those of the command line. */
function readFlags<Specs extends (typeof JOB_SETTINGS)[keyof typeof JOB_SETTINGS]>(
  specs: Specs,
  args: readonly string[],
): Values<Specs> {
  const flags = Object.keys(specs).map((flag) => `--${flag}`);
  try {
    const { values, positionals, help } = readSettings(specs, args, {});
    if (positionals.length > 0) throw new Error(`"${positionals[0]}" is not expected here`);
    if (help) throw new Error('--help is not a flag of a job');
    return values;
  } catch (error) {
    if (error instanceof HitError && error.code === 'bad_setting') throw error;
    throw new Error(`${messageOf(error).split(';')[0]}; its flags are ${flags.join(', ')}`, { cause: error });
  }
}

function defined(values: Readonly<Record<string, unknown>>): QueryParams {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
