import { access, constants, stat } from 'node:fs/promises';
import { HitError, messageOf } from '../errors.ts';
import { siteName } from '../hit/site-name.ts';
import { unbrotlied } from '../logs/decompression.ts';
import { rulesOf } from '../logs/format-detection.ts';
import type { ImportOptions } from '../logs/import-options.ts';
import { fileLog } from '../logs/samples.ts';
import { jsonText } from '../schema/hidden-characters.ts';
import { IMPORT_SETTINGS } from '../settings/import.ts';
import type { Values } from '../settings/setting.ts';
import { DAY } from '../timing/units.ts';
import type { Command, Terminal } from './command.ts';
import { dryRun, dryRunText } from './dry-run.ts';
import { FollowedLogs } from './follow.ts';
import {
  checkFailures,
  isBrotli,
  reportFindings,
  reportSite,
  type SurveyedLog,
  surveyFile,
} from './import-checks.ts';
import { importLog } from './import-log.ts';
import { nameOf, type Pipes, type SurveyedPipe, surveyPipes } from './import-pipes.ts';
import {
  addSummaries,
  handOverText,
  type ImportedLog,
  summaryText,
  type TotalSummary,
} from './import-summary.ts';
import { findServer, type ImportTarget, importHere } from './import-target.ts';
import { OldHits, sumCounts } from './old-hits.ts';
import { ProgressLine, printRolledUp } from './progress.ts';

type ImportValues = Values<typeof IMPORT_SETTINGS>;

export const importLogs: Command<typeof IMPORT_SETTINGS> = {
  usage: 'FILE… | -   (plain, gzip, zstd, bzip2, xz, zip or brotli; - is standard input)',
  settings: IMPORT_SETTINGS,
  examples: [
    'hit-tracker import --site example.com /var/log/nginx/access.log*',
    'hit-tracker import --dry-run access.log',
    'hit-tracker import --dry-run --fields client=src_ip,time=meta.when access.json',
    'ssh web1 cat access.log | hit-tracker import --site example.com -',
    'hit-tracker import --site example.com --follow /var/log/nginx/access.log',
    "hit-tracker import --follow '/var/log/apache2/*access.log'",
    'docker logs -f web | hit-tracker import --site example.com --follow -',
    'hit-tracker import --site example.com --follow --syslog udp://127.0.0.1:5514',
  ],
  async run(values, files, terminal) {
    check(values, files);
    if (values.follow) {
      await followLogs(values, files, terminal);
      return;
    }
    // All files are checked before the first is read.
    const sizes = await Promise.all(files.map(sizeOf));
    // Until the store is open there is nothing to finish: a signal ends the process at once.
    const surveyed = await surveyFiles(files, sizes, values);
    if (values['dry-run']) {
      const { signal } = new AbortController();
      const pipes = await surveyPipes(files, sizes, values, terminal, signal);
      printDryRun([...surveyed, ...beginnings(pipes)], values, terminal);
      return;
    }
    reportFindings(surveyed, values.yes!, terminal);
    await importFiles(files, sizes, surveyed, values, terminal);
  },
};

async function importFiles(
  files: readonly string[],
  sizes: readonly (number | undefined)[],
  surveyed: readonly SurveyedLog[],
  values: ImportValues,
  terminal: Terminal,
): Promise<void> {
  const target = await openTarget(values, terminal);
  const interrupted = terminal.interruption();
  const imported: ImportedLog[] = [];
  try {
    const pipes = await surveyPipes(files, sizes, values, terminal, interrupted);
    if (!interrupted.aborted) reportFindings(beginnings(pipes), values.yes!, terminal);
    reportSite([...surveyed, ...beginnings(pipes)], values, terminal);
    const old = await oldHitsOf(values, target, terminal);
    if (old.isChecked) await checkFiles(files, sizes, values, old, terminal, interrupted);
    for (const [index, file] of files.entries()) {
      const size = sizes[index];
      const log = contentOf(file, pipes.get(index), values, interrupted);
      const isStream = old.isChecked && size === undefined;
      // Of brotli, the importer sees only what is decompressed.
      const total = isBrotli(file, values.brotli!) ? undefined : size;
      const progress = new ProgressLine(terminal.stderr, nameOf(file), total);
      try {
        const text = isStream ? old.checked(log, nameOf(file)) : log;
        const summary = await importLog(text, optionsOf(values), target, (now) => progress.show(now));
        imported.push({ name: nameOf(file), summary });
      } catch (error) {
        throw files.length > 1 && error instanceof HitError && error.code === 'import_failed'
          ? new HitError(error.code, `${nameOf(file)}: ${error.message}`, { cause: error })
          : error;
      } finally {
        progress.close();
      }
      if (interrupted.aborted) break;
    }
    if (!interrupted.aborted) await target.settle((hits) => printRolledUp(hits, terminal));
  } catch (error) {
    // The counts of the failed log are unknown; those of the others are reported.
    if (imported.length > 0) print(addSummaries(imported, files.length > 1), values.json!, terminal);
    checkComplete([], interrupted.aborted);
    throw error;
  } finally {
    await target.close();
  }
  print(addSummaries(imported, files.length > 1), values.json!, terminal);
  checkComplete(imported, interrupted.aborted);
  checkFailures(imported, values['max-failures']!);
}

/** Samples the files that can be read twice. */
async function surveyFiles(
  files: readonly string[],
  sizes: readonly (number | undefined)[],
  values: ImportValues,
): Promise<SurveyedLog[]> {
  const { signal } = new AbortController();
  const surveyed = [];
  for (const [index, file] of files.entries()) {
    const size = sizes[index];
    if (size !== undefined) surveyed.push(await surveyFile(file, size, values, signal));
  }
  return surveyed;
}

function beginnings(pipes: Pipes): SurveyedLog[] {
  return Array.from(pipes.values(), ({ surveyed }) => surveyed);
}

function printDryRun(surveyed: readonly SurveyedLog[], { json }: ImportValues, { stdout }: Terminal): void {
  stdout.write(json ? `${jsonText(surveyed.map(dryRun))}\n` : dryRunText(surveyed));
}

/** Runs until it is interrupted. Prints what was imported, even if it fails. */
async function followLogs(values: ImportValues, files: readonly string[], terminal: Terminal): Promise<void> {
  const target = await openTarget(values, terminal);
  const interrupted = terminal.interruption();
  try {
    const old = await oldHitsOf(values, target, terminal);
    const logs = new FollowedLogs({ values, target, old, terminal, interrupted });
    try {
      await logs.run(files);
    } finally {
      if (logs.summary.lines > 0 || interrupted.aborted) print(logs.summary, values.json!, terminal);
    }
  } finally {
    await target.close();
  }
}

function optionsOf(values: ImportValues): ImportOptions {
  return {
    site: values.site,
    format: values.format!,
    timezone: values.timezone,
    fields: values.fields,
    follow: false,
    refuseCopies: !values.yes,
    restorePurged: values['restore-purged']!,
  };
}

async function oldHitsOf(values: ImportValues, target: ImportTarget, terminal: Terminal): Promise<OldHits> {
  return new OldHits({
    retention: await target.retention(),
    except: (sites) => target.except(sites),
    choice: values['allow-purge'] ? 'purge' : values.keep ? 'keep' : undefined,
    site: values.site,
    format: values.format!,
    timezone: values.timezone,
    fields: values.fields,
    follow: values.follow!,
    terminal,
    // The next purge may be tomorrow, and take a day more than one now.
    now: Date.now() + DAY,
  });
}

/** Checks files for lines that the next purge would delete, before any file is imported. */
async function checkFiles(
  files: readonly string[],
  sizes: readonly (number | undefined)[],
  values: ImportValues,
  old: OldHits,
  { stderr }: Terminal,
  interrupted: AbortSignal,
): Promise<void> {
  const counts = [];
  const names = [];
  for (const [index, file] of files.entries()) {
    const size = sizes[index];
    if (size === undefined) continue;
    const progress = new ProgressLine(stderr, `${nameOf(file)}: looking for old lines`, size);
    try {
      counts.push(
        await old.count(fileLog(file, isBrotli(file, values.brotli!), interrupted), (now) =>
          progress.show(now),
        ),
      );
      names.push(nameOf(file));
    } finally {
      progress.close();
    }
  }
  await old.decide(sumCounts(counts), names.length === 1 ? names[0]! : `${names.length} files`);
}

function check(values: ImportValues, files: readonly string[]): void {
  if (values.syslog && !values.follow) throw new HitError('bad_usage', '--syslog needs --follow');
  if (files.length === 0 && !values.syslog)
    throw new HitError('bad_usage', 'name the log files to import, or - for standard input');
  if (files.filter((file) => file === '-').length > 1) {
    throw new HitError('bad_usage', 'standard input can be read only once: use - once');
  }
  if (values.keep && values['allow-purge']) {
    throw new HitError('bad_usage', 'choose --keep or --allow-purge');
  }
  if (values.fields && values.format !== 'auto') {
    throw new HitError('bad_usage', '--fields is for JSON lines, which --format auto reads: omit --format');
  }
  if (values['dry-run'] && values.follow) {
    throw new HitError('bad_usage', '--dry-run reads the existing lines: give it without --follow');
  }
  if (values.follow && values.brotli) {
    throw new HitError('bad_usage', '--brotli is for whole files; --follow reads those that are named .br');
  }
  // A notation that cannot be read is refused before anything else.
  rulesOf(values.format!, '');
  if (values.site !== undefined && siteName(values.site) === '') {
    throw new HitError('bad_setting', `--site: "${values.site}" is not a host name`);
  }
}

async function sizeOf(file: string): Promise<number | undefined> {
  if (file === '-') return undefined;
  try {
    const found = await stat(file);
    if (found.isDirectory()) throw new Error('it is a folder; name the files in it');
    await access(file, constants.R_OK);
    return found.isFile() ? found.size : undefined;
  } catch (error) {
    throw new HitError('import_failed', `${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function contentOf(
  file: string,
  pipe: SurveyedPipe | undefined,
  values: ImportValues,
  interrupted: AbortSignal,
): AsyncIterable<Buffer> {
  const isCompressed = isBrotli(file, values.brotli!);
  if (!pipe) return fileLog(file, isCompressed, interrupted);
  return isCompressed ? unbrotlied(pipe.whole) : pipe.whole;
}

/** The server that runs on the data folder, or otherwise this process, does the work. */
async function openTarget(values: ImportValues, terminal: Terminal): Promise<ImportTarget> {
  const server = await findServer(values['data-dir']!);
  if (server && !values.json) {
    terminal.stderr.write(handOverText(values));
  }
  return server ?? importHere(values);
}

function print(total: TotalSummary, json: boolean, { stdout }: Terminal): void {
  stdout.write(json ? `${jsonText(total)}\n` : summaryText(total));
}

/** Advises what to do if the log was not read to its end. */
function checkComplete(imported: readonly ImportedLog[], interrupted: boolean): void {
  if (interrupted) {
    // Also if everything seems to be read: the process that writes to a pipe ends by the same signal.
    throw new HitError('interrupted', 'the import was interrupted: import the same logs again to continue');
  }
  const broken = imported.filter(({ summary }) => summary.broken !== undefined);
  if (broken.length > 0) {
    const which = broken
      .map(({ name, summary }) => `${name} cannot be read to its end (${summary.broken})`)
      .join(', ');
    throw new HitError(
      'import_failed',
      `${which}: everything before is imported; import it again when it is complete, and it continues from there`,
    );
  }
}
