import { Readable } from 'node:stream';
import { HitError, messageOf } from '../errors.ts';
import { DataFolder } from '../folder/folder.ts';
import { TrustedProxies } from '../hit/address.ts';
import { Intake } from '../hit/intake.ts';
import { intakeSettings, settledOptions } from '../hit/intake-settings.ts';
import { RateLimit } from '../hit/rate-limit.ts';
import type { ServedRetention } from '../http/api/retention.ts';
import type { ImportOptions } from '../logs/import-options.ts';
import type { ImportedTo, ImportProgress } from '../logs/import-progress.ts';
import { LogImporter } from '../logs/importer.ts';
import type { ImportSummary } from '../logs/summary.ts';
import { addExceptions, readExceptions } from '../retention/exceptions.ts';
import { localRetention } from '../retention/folder-retention.ts';
import { readAges } from '../settings/ages.ts';
import type { IMPORT_SETTINGS } from '../settings/import.ts';
import { logFieldsText } from '../settings/log-fields.ts';
import { KEEP_HITS } from '../settings/purge.ts';
import type { Values } from '../settings/setting.ts';
import { DBTracker } from '../trackers/db.ts';
import { ControlClient } from './control-client.ts';
import type { ImportRetention } from './old-hits.ts';

/** The destination of an import. */
export interface ImportTarget {
  importLog(
    log: AsyncIterable<Buffer>,
    options: ImportOptions,
    onProgress: (progress: ImportProgress) => void,
  ): Promise<ImportSummary>;
  /** Whether its store has a chunk that was reported by the progress of an import. */
  isImported(chunk: Pick<ImportedTo, 'root' | 'digest'>): Promise<boolean>;
  /** The retention at the destination. */
  retention(): Promise<ImportRetention>;
  /** Exempts sites from all later purges there. */
  except(sites: readonly string[]): Promise<void>;
  /** Prepares data for fast queries after a large import. A server does so by itself. */
  settle(onProgress: (hits: number) => void): Promise<void>;
  close(): Promise<void>;
}

/** More hits than this are rolled up immediately: up to this many are scanned in a tenth of a second. */
const MANY_HITS = 2_000_000;

/** The server that runs on a data folder, or undefined if there is none. */
export async function findServer(dataDir: string): Promise<ImportTarget | undefined> {
  const control = await ControlClient.connect(dataDir);
  return (
    control && {
      importLog: (log, options, onProgress) => handOver(control, log, options, onProgress),
      isImported: ({ root, digest }) => isImportedRemotely(control, root, digest),
      retention: () => remoteRetention(control),
      except: (sites) => exemptRemotely(control, sites),
      settle: async () => undefined,
      close: async () => undefined,
    }
  );
}

/**
 * This process, which locks the data folder.
 *
 * @param values `keep-hits` is undefined for the retention of the last server
 * @throws HitError `bad_setting` for a city database that cannot be read; `data_dir_locked`, `data_dir_unusable`,
 *   `store_unavailable`
 */
export async function importHere(values: Values<typeof IMPORT_SETTINGS>): Promise<ImportTarget> {
  const folder = DataFolder.open(values['data-dir']!);
  try {
    const { policy, scheduled } = localRetention(folder.path, values);
    const settings = intakeSettings(values, folder.secrets);
    // The threads that read the lines open the database themselves: here it is only checked.
    await settledOptions(settings);
    const intake = new Intake({
      ...(await settledOptions(folder.secrets)),
      proxies: new TrustedProxies('none'),
      limit: RateLimit.parse('off'),
      salts: folder.secrets.salts,
      identity: 'cookieless',
      now: Date.now,
    });
    const db = await DBTracker.in(folder, intake, { store: values.store! }, () => folder.close());
    const importer = new LogImporter({ db, live: undefined, intake: settings });
    return {
      importLog: (log, options, onProgress) => importer.run(log, options, onProgress),
      isImported: (chunk) => importer.isImported(chunk),
      retention: async () => ({
        hits: [policy.hits, ...scheduled],
        exceptions: (await readExceptions(db.store)).map(({ site }) => site),
      }),
      except: (sites) => addExceptions(db.store, sites, Date.now()),
      settle: (onProgress) => rollUpMany(db, onProgress),
      close: () => db.close(),
    };
  } catch (error) {
    folder.close();
    throw error;
  }
}

async function rollUpMany({ spool, rollups }: DBTracker, onProgress: (hits: number) => void): Promise<void> {
  await spool.flush();
  if ((await rollups.waiting()) >= MANY_HITS) await rollups.rollUp(onProgress);
}

async function remoteRetention(control: ControlClient): Promise<ImportRetention> {
  const { hits, exceptions } = await control.get<ServedRetention>('/control/retention');
  return { hits: hits.map((text) => readAges(KEEP_HITS)(text, '--keep-hits')), exceptions };
}

async function isImportedRemotely(control: ControlClient, root: string, digest: string): Promise<boolean> {
  const query = new URLSearchParams({ root, digest });
  return (await control.get<{ imported: boolean }>(`/control/imported?${query}`)).imported;
}

async function exemptRemotely(control: ControlClient, sites: readonly string[]): Promise<void> {
  const query = new URLSearchParams(sites.map((site) => ['site', site]));
  await control.post(`/control/retention?${query}`, Readable.from([]), () => undefined);
}

async function handOver(
  control: ControlClient,
  log: AsyncIterable<Buffer>,
  options: ImportOptions,
  onProgress: (progress: ImportProgress) => void,
): Promise<ImportSummary> {
  const { site, format, timezone, fields, follow, refuseCopies = false, restorePurged = false } = options;
  const query = new URLSearchParams({
    ...{ format, follow: String(follow), restore_purged: String(restorePurged === true) },
    refuse_copies: String(refuseCopies),
  });
  if (site !== undefined) query.set('site', site);
  if (timezone !== undefined) query.set('timezone', timezone);
  if (fields !== undefined) query.set('fields', logFieldsText(fields));
  let summary: ImportSummary | undefined;
  let reason = 'the server on this data folder closed the connection';
  try {
    await control.post(
      `/control/import?${query}`,
      Readable.from(withBufferCopies(log), { objectMode: false }),
      (line) => {
        if ('error' in line) throw new HitError('import_failed', String(line.error));
        if ('progress' in line) onProgress(line.progress as ImportProgress);
        if ('summary' in line) summary = line.summary as ImportSummary;
      },
    );
  } catch (error) {
    if (error instanceof HitError && error.code !== 'store_unavailable') throw error;
    reason = messageOf(error);
  }
  if (summary) return summary;
  throw new HitError('import_failed', `${reason}: import the log again, nothing is counted twice`);
}

/** Chunks that outlive the next one, for a stream that reads ahead. */
async function* withBufferCopies(log: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of log) yield Buffer.from(chunk);
}
