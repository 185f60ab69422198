import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { IMPORT_SETTINGS, type Values } from '../config.ts';
import { HitError, messageOf } from '../errors.ts';
import { DataFolder } from '../folder/folder.ts';
import { TrustedProxies } from '../hit/address.ts';
import { Countries } from '../hit/country.ts';
import { Intake } from '../hit/intake.ts';
import { RateLimit } from '../hit/rate-limit.ts';
import { Sites, siteName } from '../hit/site.ts';
import { generationsOf } from '../logs/follow.ts';
import {
  type ImportOptions,
  type ImportProgress,
  type ImportSummary,
  LogImporter,
} from '../logs/importer.ts';
import { DBTracker } from '../trackers/db.ts';
import type { Command, Terminal } from './command.ts';
import { ControlClient } from './control.ts';
import { addSummaries, summaryText } from './import-summary.ts';
import { ProgressLine } from './progress.ts';

type ImportValues = Values<typeof IMPORT_SETTINGS>;

/** Takes one log in, wherever that is done. */
type TakeLog = (
  log: Readable,
  options: ImportOptions,
  onProgress: (progress: ImportProgress) => void,
) => Promise<ImportSummary>;

export const importLogs: Command<typeof IMPORT_SETTINGS> = {
  summary: 'take access logs into the store, each line once',
  usage: 'FILE… | -   (gzip or plain; - is standard input)',
  settings: IMPORT_SETTINGS,
  examples: [
    'hit-tracker import --site example.com /var/log/nginx/access.log*',
    'zcat old/*.gz | hit-tracker import --site example.com -',
    'hit-tracker import --site example.com --follow /var/log/nginx/access.log',
  ],
  async run(values, files, terminal) {
    check(values, files);
    // Every file is looked at before the first is read.
    const sizes = await Promise.all(files.map(sizeOf));
    const { take, close } = await openTaker(values, terminal);
    const summaries: ImportSummary[] = [];
    try {
      for (const [index, file] of files.entries()) {
        if (terminal.interrupted.aborted) break;
        await importFile(file, sizes[index], values, take, terminal, (summary) => summaries.push(summary));
      }
    } finally {
      await close();
    }
    const total = addSummaries(summaries);
    terminal.stdout.write(values.json ? `${JSON.stringify(total)}\n` : summaryText(total));
  },
};

function check(values: ImportValues, files: readonly string[]): void {
  if (files.length === 0)
    throw new HitError('bad_usage', 'name the log files to import, or - for standard input');
  if (values.follow && (files.length > 1 || files[0] === '-')) {
    throw new HitError('bad_usage', '--follow takes one file');
  }
  if (values.site !== undefined && siteName(values.site) === '') {
    throw new HitError('bad_setting', `--site: "${values.site}" is no host name`);
  }
}

async function sizeOf(file: string): Promise<number | undefined> {
  if (file === '-') return undefined;
  try {
    const found = await stat(file);
    if (found.isDirectory()) throw new Error('it is a folder; name the files in it');
    return found.isFile() ? found.size : undefined;
  } catch (error) {
    throw new HitError('import_failed', `${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

async function importFile(
  file: string,
  size: number | undefined,
  values: ImportValues,
  take: TakeLog,
  terminal: Terminal,
  onSummary: (summary: ImportSummary) => void,
): Promise<void> {
  const options = { site: values.site, format: values.format!, follow: values.follow! };
  const name = file === '-' ? 'standard input' : basename(file);
  const logs = values.follow
    ? generationsOf(file, terminal.interrupted)
    : [file === '-' ? Readable.from(terminal.stdin) : createReadStream(file, { highWaterMark: 1024 * 1024 })];
  for await (const log of logs) {
    const progress = new ProgressLine(terminal.stderr, name, values.follow ? undefined : size);
    terminal.interrupted.addEventListener('abort', () => log.destroy(), { once: true });
    try {
      onSummary(await take(log, options, (now) => progress.show(now)));
    } finally {
      progress.close();
    }
  }
}

/** The server that runs on the data folder does the work, or else this process. */
async function openTaker(
  values: ImportValues,
  terminal: Terminal,
): Promise<{ take: TakeLog; close: () => Promise<void> }> {
  const control = await ControlClient.connect(values['data-dir']!);
  if (control) {
    if (!values.json) terminal.stderr.write('A server runs on this data folder: it takes the log.\n');
    return {
      take: (log, options, onProgress) => handOver(control, log, options, onProgress),
      close: async () => undefined,
    };
  }
  const folder = DataFolder.open(values['data-dir']!);
  try {
    const { secrets } = folder;
    const intake = new Intake({
      sites: new Sites({ max: Number.POSITIVE_INFINITY }),
      proxies: new TrustedProxies('none'),
      limit: RateLimit.parse('off'),
      countries: await Countries.open(),
      salts: secrets.salts,
      key: secrets.key,
      importSalt: secrets.importSalt,
      identity: 'cookieless',
      now: Date.now,
    });
    const db = await DBTracker.in(folder, intake, { store: values.store! });
    const importer = new LogImporter({
      db,
      live: undefined,
      key: secrets.key,
      importSalt: secrets.importSalt,
      allowedSites: undefined,
    });
    return {
      take: (log, options, onProgress) => importer.run(log, options, onProgress),
      close: async () => {
        await db.close();
        folder.close();
      },
    };
  } catch (error) {
    folder.close();
    throw error;
  }
}

async function handOver(
  control: ControlClient,
  log: Readable,
  options: ImportOptions,
  onProgress: (progress: ImportProgress) => void,
): Promise<ImportSummary> {
  const query = new URLSearchParams({ format: options.format, follow: String(options.follow) });
  if (options.site !== undefined) query.set('site', options.site);
  let summary: ImportSummary | undefined;
  await control.post(`/control/import?${query}`, log, (line) => {
    if ('error' in line) throw new HitError('import_failed', String(line.error));
    if ('progress' in line) onProgress(line.progress as ImportProgress);
    if ('summary' in line) summary = line.summary as ImportSummary;
  });
  if (!summary) {
    throw new HitError(
      'import_failed',
      'the server went away; import the log again, nothing is counted twice',
    );
  }
  return summary;
}
