import { createReadStream } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { HitError, messageOf } from '../errors.ts';
import { siteName } from '../hit/site.ts';
import { streamChunks } from '../logs/chunks.ts';
import { unbrotlied } from '../logs/decompression.ts';
import { generationsOf } from '../logs/follow.ts';
import { rulesOf } from '../logs/format-detection.ts';
import { fileLog } from '../logs/samples.ts';
import { passErrorsLast } from '../logs/source.ts';
import type { ImportSummary } from '../logs/summary.ts';
import { numberText } from '../report/number-text.ts';
import { jsonText } from '../schema/hidden-characters.ts';
import { IMPORT_SETTINGS } from '../settings/import.ts';
import type { Values } from '../settings/setting.ts';
import { DAY } from '../timing/units.ts';
import type { Command, Terminal } from './command.ts';
import { dryRun, dryRunText } from './dry-run.ts';
import { checkDoubts, checkFailures, isBrotli, type SurveyedLog, surveyFile } from './import-doubts.ts';
import { addSummaries, handOverText, type ImportedLog, summaryText } from './import-summary.ts';
import { findServer, type ImportTarget, importHere } from './import-target.ts';
import { OldHits, sumCounts } from './old-hits.ts';
import { ProgressLine } from './progress.ts';

type ImportValues = Values<typeof IMPORT_SETTINGS>;

export const importLogs: Command<typeof IMPORT_SETTINGS> = {
  summary: 'import access logs, each line once',
  usage: 'FILE… | -   (plain, gzip, zstd, bzip2, xz, zip or brotli; - is standard input)',
  settings: IMPORT_SETTINGS,
  examples: [
    'hit-tracker import --site example.com /var/log/nginx/access.log*',
    'hit-tracker import --dry-run access.log',
    'ssh web1 cat access.log | hit-tracker import --site example.com -',
    'hit-tracker import --site example.com --follow /var/log/nginx/access.log',
  ],
  async run(values, files, terminal) {
    check(values, files);
    // All files are checked before the first is read; a file to follow may appear later.
    const sizes = values.follow ? [] : await Promise.all(files.map(sizeOf));
    const interrupted = terminal.interruption();
    const surveyed = await surveyFiles(files, sizes, values, interrupted);
    if (values['dry-run']) {
      terminal.stdout.write(values.json ? `${JSON.stringify(surveyed.map(dryRun))}\n` : dryRunText(surveyed));
      return;
    }
    checkDoubts(surveyed, values.yes!, terminal);
    const target = await openTarget(values, terminal);
    const imported: ImportedLog[] = [];
    try {
      const old = await oldHitsOf(values, target, terminal);
      if (old.isChecked) await checkFiles(files, sizes, values, old, terminal, interrupted);
      for (const [index, file] of files.entries()) {
        const size = sizes[index];
        for await (const log of logsOf(file, size, values, terminal, interrupted)) {
          // Of brotli, the importer sees only what is decompressed.
          const total = isBrotli(file, values.brotli!) ? undefined : size;
          const progress = new ProgressLine(terminal.stderr, nameOf(file), total);
          const isStream = old.isChecked && size === undefined;
          const summary = await importLog(
            isStream ? old.checked(log, nameOf(file)) : log,
            values,
            target,
            progress,
          );
          imported.push({ name: nameOf(file), summary });
        }
        if (interrupted.aborted) break;
      }
      if (!interrupted.aborted) await target.settle((hits) => printRolledUp(hits, terminal));
    } catch (error) {
      // The counts of the failed log are unknown; those of the others are reported.
      if (imported.length > 0) print(imported, files.length > 1, values.json!, terminal);
      throw error;
    } finally {
      await target.close();
    }
    print(imported, files.length > 1, values.json!, terminal);
    checkComplete(imported, values.follow!, interrupted.aborted);
    if (!interrupted.aborted) checkFailures(imported, values['max-failures']!);
  },
};

/** Surveys the files that can be read twice. */
async function surveyFiles(
  files: readonly string[],
  sizes: readonly (number | undefined)[],
  values: ImportValues,
  interrupted: AbortSignal,
): Promise<SurveyedLog[]> {
  const surveyed = [];
  for (const [index, file] of files.entries()) {
    const size = sizes[index];
    if (size !== undefined) surveyed.push(await surveyFile(file, size, values, interrupted));
  }
  return surveyed;
}

/** A line on a terminal that is redrawn in place. */
function printRolledUp(hits: number, { stderr }: Terminal): void {
  if (stderr.isTTY) stderr.write(`\r${numberText(hits)} hits rolled up\x1b[K`);
}

async function oldHitsOf(values: ImportValues, target: ImportTarget, terminal: Terminal): Promise<OldHits> {
  return new OldHits({
    retention: await target.retention(),
    except: (sites) => target.except(sites),
    choice: values['allow-purge'] ? 'purge' : values.keep ? 'keep' : undefined,
    ...{ site: values.site, format: values.format!, follow: values.follow!, terminal },
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
  if (files.length === 0)
    throw new HitError('bad_usage', 'name the log files to import, or - for standard input');
  if (files.filter((file) => file === '-').length > 1) {
    throw new HitError('bad_usage', 'standard input can be read only once: use - once');
  }
  if (values.keep && values['allow-purge']) {
    throw new HitError('bad_usage', 'choose --keep or --allow-purge');
  }
  if (values.follow && (files.length > 1 || files[0] === '-')) {
    throw new HitError('bad_usage', '--follow takes one file');
  }
  if (values['dry-run'] && (values.follow || files.includes('-'))) {
    throw new HitError('bad_usage', '--dry-run reads files: name them, without --follow');
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

function nameOf(file: string): string {
  return file === '-' ? 'standard input' : basename(file);
}

/**
 * Imports one log, or with `--follow` one after another.
 *
 * @param size bytes; undefined for a pipe, whose reader must be able to wait and be interrupted
 */
async function* logsOf(
  file: string,
  size: number | undefined,
  values: ImportValues,
  { stdin }: Terminal,
  interrupted: AbortSignal,
): AsyncGenerator<AsyncIterable<Buffer>> {
  const isCompressed = isBrotli(file, values.brotli!);
  if (values.follow) yield* generationsOf(file, interrupted);
  else if (size !== undefined) yield fileLog(file, isCompressed, interrupted);
  else {
    const chunks = streamChunks(file === '-' ? stdin : createReadStream(file), interrupted);
    yield isCompressed ? unbrotlied(chunks) : chunks;
  }
}

/** The server that runs on the data folder, or otherwise this process, does the work. */
async function openTarget(values: ImportValues, terminal: Terminal): Promise<ImportTarget> {
  const server = await findServer(values['data-dir']!);
  if (server && !values.json) {
    terminal.stderr.write(handOverText(values));
  }
  return server ?? importHere(values);
}

/** Imports a log until it ends, or to where it is truncated. */
async function importLog(
  log: AsyncIterable<Buffer>,
  values: ImportValues,
  target: ImportTarget,
  progress: ProgressLine,
): Promise<ImportSummary> {
  let fault: unknown;
  const readable = passErrorsLast(log, (error) => {
    fault = error;
  });
  const options = {
    ...{ site: values.site, format: values.format!, follow: values.follow! },
    restorePurged: values['restore-purged']!,
  };
  try {
    const summary = await target.importLog(readable, options, (now) => progress.show(now));
    if (fault instanceof HitError) throw fault;
    return fault === undefined ? summary : { ...summary, broken: messageOf(fault) };
  } finally {
    progress.close();
  }
}

function print(
  imported: readonly ImportedLog[],
  several: boolean,
  json: boolean,
  { stdout }: Terminal,
): void {
  const total = addSummaries(imported, several);
  stdout.write(json ? `${jsonText(total)}\n` : summaryText(total));
}

/** Advises what to do if the log was not read to its end. Following ends by an interrupt. */
function checkComplete(imported: readonly ImportedLog[], follow: boolean, interrupted: boolean): void {
  if (interrupted) {
    if (follow) return;
    // Also if everything seems to be read: the process that writes to a pipe ends by the same signal.
    throw new HitError('interrupted', 'the import was interrupted: import the same logs again to continue');
  }
  const broken = imported.filter(({ summary }) => summary.broken !== undefined);
  if (broken.length > 0) {
    const which = broken.map(({ name, summary }) => `${name} is truncated (${summary.broken})`).join(', ');
    throw new HitError(
      'import_failed',
      `${which}: everything before is imported; import it again when it is complete, and it continues from there`,
    );
  }
}
