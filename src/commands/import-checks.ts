/** Checks of logs before an import, on samples, and of failed lines after it. */

import { basename } from 'node:path';
import { HitError } from '../errors.ts';
import { siteName } from '../hit/site-name.ts';
import { isNamedBrotli } from '../logs/decompression.ts';
import { rulesOf } from '../logs/format-detection.ts';
import { likelyFormat } from '../logs/likely-format.ts';
import { samplesOf } from '../logs/samples.ts';
import { Survey } from '../logs/survey.ts';
import { numberText } from '../report/number-text.ts';
import { excerpt, printable } from '../schema/printable.ts';
import { DEFAULT_SITE, type IMPORT_SETTINGS } from '../settings/import.ts';
import type { Values } from '../settings/setting.ts';
import type { Terminal } from './command.ts';
import type { ImportedLog } from './import-summary.ts';

/** With fewer readable lines, only whether lines can be read is checked. */
const LEAST_LINES = 100;
/** Shares of lines. */
const MOST = 0.5;
const NEARLY_ALL = 0.9;
/** A client with more user agents is a proxy. */
const AGENTS_OF_A_PROXY = 20;
/** More distinct addresses are not hosts. */
const ADDRESSES_OF_HOSTS = 10;
const LONGEST_EXAMPLE = 120;

/** The result of a check that did not pass. */
export interface Finding {
  readonly text: string;
  /** Whether the numbers would certainly be wrong; otherwise it is a warning. */
  readonly isError: boolean;
}

/** A log file that was surveyed. */
export interface SurveyedLog {
  readonly name: string;
  readonly survey: Survey;
  readonly findings: readonly Finding[];
}

export type SurveyValues = Pick<
  Values<typeof IMPORT_SETTINGS>,
  'format' | 'site' | 'brotli' | 'timezone' | 'fields'
>;

/**
 * Surveys a log file by samples over its whole length.
 *
 * @param size of the file, in bytes
 */
export async function surveyFile(
  path: string,
  size: number,
  values: SurveyValues,
  stop: AbortSignal,
): Promise<SurveyedLog> {
  return surveyOf(basename(path), samplesOf(path, size, isBrotli(path, values.brotli!), stop), values);
}

/** Surveys a log by its samples. */
export async function surveyOf(
  name: string,
  samples: AsyncIterable<Buffer>,
  { format, site: given, ...stated }: SurveyValues,
): Promise<SurveyedLog> {
  const site = siteName(given ?? DEFAULT_SITE);
  let survey: Survey | undefined;
  let other: Survey | undefined;
  for await (const sample of samples) {
    survey ??= new Survey(rulesOf(format!, sample.toString(), stated), site, Date.now());
    survey.add(sample);
    if (format === 'auto') continue;
    other ??= new Survey(rulesOf('auto', sample.toString(), stated), site, Date.now());
    other.add(sample);
  }
  survey ??= new Survey(rulesOf(format!, '', stated), site, Date.now());
  return { name, survey, findings: findingsOf(survey, other) };
}

/** Whether a log is compressed by brotli, by its name or the user's flag. */
export function isBrotli(path: string, isGiven: boolean): boolean {
  return isGiven || isNamedBrotli(path);
}

/**
 * Checks a log by its samples.
 *
 * @param other the same samples, read without the format that is given
 */
export function findingsOf(survey: Survey, other?: Survey): Finding[] {
  if (survey.lines > 0 && survey.read === 0) return [{ text: unreadText(survey, other), isError: true }];
  const missing = [...survey.missingNames].map((name) => ({
    text: `no sampled line has the field "${printable(name)}" of --fields`,
    isError: false,
  }));
  return [...missing, ...(survey.read < LEAST_LINES ? [] : shareFindings(survey))];
}

/** Findings about shares of many lines. */
function shareFindings(survey: Survey): Finding[] {
  const share = (lines: number) => lines / survey.read;
  const percent = (lines: number) => `${Math.round(share(lines) * 100)} % of hits`;
  const findings: Finding[] = [];
  const fail = (text: string) => findings.push({ text, isError: true });
  const warn = (text: string) => findings.push({ text, isError: false });

  if (share(survey.unnamedClients) > MOST) {
    fail(
      `${percent(survey.unnamedClients)} have a client that is not an address, such as "${survey.unnamedClient}"`,
    );
  }
  if (share(survey.addressHosts) > MOST && survey.distinctAddressHosts > ADDRESSES_OF_HOSTS) {
    fail(`${percent(survey.addressHosts)} have a host that is an address: each would be a site`);
  }
  if (share(survey.future) > MOST)
    fail(`${percent(survey.future)} are in the future: check the clock and the time zone`);
  const { busiest } = survey;
  if (busiest && share(busiest.lines) > NEARLY_ALL) {
    const who = `${percent(busiest.lines)} come from the client ${busiest.client} (user agents: ${numberText(busiest.agents)})`;
    if (!busiest.isPublic && busiest.agents > AGENTS_OF_A_PROXY) {
      fail(
        `${who}: it is a proxy, and the log does not have the clients behind it. Configure the server to log X-Forwarded-For`,
      );
    } else {
      warn(who);
    }
  }
  if (survey.withAgent === survey.read && survey.bots === survey.read)
    warn('all hits come from bots, which are not counted');
  if (survey.errors === survey.read) warn('all requests failed, with a status of 400 or more');
  return findings;
}

function unreadText({ lines, commonFailure, unread = '' }: Survey, other: Survey | undefined): string {
  if (unread.includes('\0')) {
    return 'it is not text: convert UTF-16 without a byte order mark, as with iconv, and give --brotli for that compression';
  }
  const shown = excerpt(unread, LONGEST_EXAMPLE);
  const which =
    lines === 1 ? 'its only line cannot be read' : `none of ${numberText(lines)} lines can be read`;
  const isOther = other !== undefined && other.read > 0;
  const advice = isOther ? 'With --format auto, it can be read.' : likelyFormat(unread);
  return [`${which}: ${commonFailure}`, ...(advice === '' ? [] : [advice]), `The first is: ${shown}`].join(
    ' ',
  );
}

/**
 * Prints the findings of all logs.
 *
 * @param force import in spite of errors
 * @throws HitError `import_failed` if there is an error, unless `force` is set
 */
export function reportFindings(
  logs: readonly SurveyedLog[],
  force: boolean,
  { stderr }: Pick<Terminal, 'stderr'>,
): void {
  for (const { name, findings } of logs) {
    for (const { text, isError } of findings)
      if (!isError || force) stderr.write(`Warning: ${name}: ${text}\n`);
  }
  if (force) return;
  const errors = logs.flatMap(({ name, findings }) =>
    findings.filter(({ isError }) => isError).map(({ text }) => `${name}: ${text}`),
  );
  if (errors.length === 0) return;
  throw new HitError(
    'import_failed',
    `${errors.join('; ')}. Nothing is imported: --format names the format, --dry-run shows how lines are read, --yes imports anyway`,
  );
}

/** Says which site lines belong to if most name none, and the user does not. */
export function reportSite(
  logs: readonly SurveyedLog[],
  { site }: Pick<SurveyValues, 'site'>,
  { stderr }: Pick<Terminal, 'stderr'>,
): void {
  if (site !== undefined || logs.every(({ survey }) => survey.withoutHost * 2 <= survey.read)) return;
  stderr.write(
    `Lines without a host are counted for the site ${DEFAULT_SITE}: give --site to name another.\n`,
  );
}

/** The message if nothing of a log was imported, or more lines failed than acceptable; undefined otherwise. */
export function failureText(
  { name, summary: { lines, failed, failures } }: ImportedLog,
  most: number,
): string | undefined {
  if (failed === 0 || (failed < lines && failed <= lines * most)) return undefined;
  const which =
    failed === lines ? 'no line was' : `${numberText(failed)} of ${numberText(lines)} lines were not`;
  return `${name}: ${which} imported${failures[0] === undefined ? '' : `. ${failures[0].reason}`}`;
}

/**
 * Checks the share of failed lines.
 *
 * @param most the largest acceptable share of a log's lines
 * @throws HitError `import_failed` if nothing of a log was imported, or too many lines failed
 */
export function checkFailures(logs: readonly ImportedLog[], most: number): void {
  const faults = logs.map((log) => failureText(log, most)).filter((text) => text !== undefined);
  if (faults.length === 0) return;
  throw new HitError(
    'import_failed',
    `${faults.join(' ')} At most ${Math.round(most * 100)} % may fail by --max-failures; --format names the format, and --dry-run shows how lines are read`,
  );
}
