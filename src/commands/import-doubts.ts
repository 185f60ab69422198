/** What makes an import doubtful: said before it begins, and after it, if lines failed. */

import { basename } from 'node:path';
import { HitError } from '../errors.ts';
import { siteName } from '../hit/site.ts';
import { isNamedBrotli } from '../logs/decompression.ts';
import { rulesOf } from '../logs/format-detection.ts';
import { likelyFormat } from '../logs/likely-format.ts';
import { samplesOf } from '../logs/samples.ts';
import { Survey } from '../logs/survey.ts';
import { numberText } from '../report/number-text.ts';
import { DEFAULT_SITE, type IMPORT_SETTINGS } from '../settings/import.ts';
import type { Values } from '../settings/setting.ts';
import type { Terminal } from './command.ts';
import type { ImportedLog } from './import-summary.ts';

/** Fewer lines say nothing about a whole log, except that none can be read. */
const LEAST_LINES = 100;
/** Shares of lines. */
const MOST = 0.5;
const NEARLY_ALL = 0.9;
/** A client with more agents is a proxy. */
const AGENTS_OF_A_PROXY = 20;
/** More addresses are no hosts. */
const ADDRESSES_OF_HOSTS = 10;
const LONGEST_EXAMPLE = 120;

/** A reason to doubt that a log is read right. */
export interface Doubt {
  readonly text: string;
  /** Whether the numbers would be wrong for certain. */
  readonly isSure: boolean;
}

/** A log file that was surveyed. */
export interface SurveyedLog {
  readonly name: string;
  readonly survey: Survey;
  readonly doubts: readonly Doubt[];
}

/**
 * Surveys a log file by samples over its whole length.
 *
 * @param size of the file, in bytes
 */
export async function surveyFile(
  path: string,
  size: number,
  { format, site, brotli }: Pick<Values<typeof IMPORT_SETTINGS>, 'format' | 'site' | 'brotli'>,
  stop: AbortSignal,
): Promise<SurveyedLog> {
  const name = siteName(site ?? DEFAULT_SITE);
  let survey: Survey | undefined;
  let other: Survey | undefined;
  for await (const sample of samplesOf(path, size, isBrotli(path, brotli!), stop)) {
    survey ??= new Survey(rulesOf(format!, sample.toString()), name, Date.now());
    survey.add(sample);
    if (format === 'auto') continue;
    other ??= new Survey(rulesOf('auto', sample.toString()), name, Date.now());
    other.add(sample);
  }
  survey ??= new Survey(rulesOf(format!, ''), name, Date.now());
  return { name: basename(path), survey, doubts: doubtsOf(survey, other) };
}

/** Whether a log is compressed by brotli: its name says so, or the user. */
export function isBrotli(path: string, isGiven: boolean): boolean {
  return isGiven || isNamedBrotli(path);
}

/**
 * The doubts about a log, the gravest first.
 *
 * @param other the same samples, read without the format that is given
 */
export function doubtsOf(survey: Survey, other?: Survey): Doubt[] {
  if (survey.lines > 0 && survey.read === 0) return [{ text: unreadText(survey, other), isSure: true }];
  if (survey.read < LEAST_LINES) return [];
  const share = (lines: number) => lines / survey.read;
  const percent = (lines: number) => `${Math.round(share(lines) * 100)} % of hits`;
  const doubts: Doubt[] = [];
  const sure = (text: string) => doubts.push({ text, isSure: true });
  const warn = (text: string) => doubts.push({ text, isSure: false });

  if (share(survey.namelessClients) > MOST) {
    sure(
      `${percent(survey.namelessClients)} are of clients that are no addresses, such as "${survey.namelessClient}"`,
    );
  }
  if (share(survey.addressHosts) > MOST && survey.distinctAddressHosts > ADDRESSES_OF_HOSTS) {
    sure(`${percent(survey.addressHosts)} are of hosts that are addresses: each would be a site`);
  }
  if (share(survey.future) > MOST)
    sure(`${percent(survey.future)} are of the future: check the clock and the time zone`);
  const { busiest } = survey;
  if (busiest && share(busiest.lines) > NEARLY_ALL) {
    const who = `${percent(busiest.lines)} are of the client ${busiest.client} (user agents: ${numberText(busiest.agents)})`;
    if (!busiest.isPublic && busiest.agents > AGENTS_OF_A_PROXY) {
      sure(
        `${who}: it is a proxy, and the log does not say who is behind it. Let the server log X-Forwarded-For`,
      );
    } else {
      warn(who);
    }
  }
  if (survey.withAgent === survey.read && survey.bots === survey.read)
    warn('all hits are of bots, which are not counted');
  if (survey.errors === survey.read) warn('all requests failed, with a status of 400 or more');
  return doubts;
}

function unreadText({ lines, commonFailure, unread = '' }: Survey, other: Survey | undefined): string {
  if (unread.includes('\0')) {
    return 'it is not text: convert UTF-16 without a byte order mark, as with iconv, and give --brotli for that compression';
  }
  const start = unread.length > LONGEST_EXAMPLE ? `${unread.slice(0, LONGEST_EXAMPLE)}…` : unread;
  const shown = start.toWellFormed().replace(/\p{Cc}/gu, '·');
  const which =
    lines === 1 ? 'its only line cannot be read' : `none of ${numberText(lines)} lines can be read`;
  const isOther = other !== undefined && other.read > 0;
  const advice = isOther ? 'With --format auto, it can be read.' : likelyFormat(unread);
  return [`${which}: ${commonFailure}`, ...(advice === '' ? [] : [advice]), `The first is: ${shown}`].join(
    ' ',
  );
}

/**
 * Says the doubts about all logs.
 *
 * @throws HitError `import_failed` for a log that would surely be counted wrong, unless the user insists
 */
export function checkDoubts(
  logs: readonly SurveyedLog[],
  insists: boolean,
  { stderr }: Pick<Terminal, 'stderr'>,
): void {
  for (const { name, doubts } of logs) {
    for (const { text, isSure } of doubts)
      if (!isSure || insists) stderr.write(`Warning: ${name}: ${text}\n`);
  }
  if (insists) return;
  const sure = logs.flatMap(({ name, doubts }) =>
    doubts.filter(({ isSure }) => isSure).map(({ text }) => `${name}: ${text}`),
  );
  if (sure.length === 0) return;
  throw new HitError(
    'import_failed',
    `${sure.join('; ')}. Nothing is imported: --format names the format, --dry-run shows how lines are read, --yes imports anyway`,
  );
}

/** What to say if nothing of a log was read, or more than the largest acceptable share of its lines failed. */
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
 * Checks how many lines failed.
 *
 * @param most the largest acceptable share of a log's lines
 * @throws HitError `import_failed` if nothing of a log was read, or too many lines failed
 */
export function checkFailures(logs: readonly ImportedLog[], most: number): void {
  const faults = logs.map((log) => failureText(log, most)).filter((text) => text !== undefined);
  if (faults.length === 0) return;
  throw new HitError(
    'import_failed',
    `${faults.join(' ')} At most ${Math.round(most * 100)} % may fail by --max-failures; --format names the format, and --dry-run shows how lines are read`,
  );
}
