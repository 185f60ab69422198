import { Readable } from 'node:stream';
import type { ArchiveOptions, ArchiveProgress, ArchiveSummary } from '../archive/archiver.ts';
import { Archives } from '../archive/archives.ts';
import type { RestoreOptions, RestoreSummary } from '../archive/restorer.ts';
import type { ArchiveAddress } from '../archive/storage.ts';
import { HitError } from '../errors.ts';
import type { DATA_SETTINGS } from '../settings/data.ts';
import type { Values } from '../settings/setting.ts';
import { waitForFreeSpace } from '../store/free-room.ts';
import { DBTracker } from '../trackers/db.ts';
import type { Terminal } from './command.ts';
import { ControlClient } from './control-client.ts';
import { dayProgressText } from './day-progress.ts';
import { assertStore } from './existing-store.ts';
import { StatusLine } from './status-line.ts';

/** Moves hits between the store and archives. */
export interface ArchiveClient {
  archive(to: ArchiveAddress, options: ArchiveOptions): Promise<ArchiveSummary>;
  restore(from: ArchiveAddress, options: RestoreOptions): Promise<RestoreSummary>;
  close(): Promise<void>;
}

/**
 * The server that runs on the data folder, or otherwise this process.
 *
 * @param needsStore whether a folder without a store is refused, instead of creating one
 * @throws HitError as `DBTracker.open` does
 */
export async function openArchiveClient(
  { 'data-dir': dataDir, store }: Values<typeof DATA_SETTINGS>,
  needsStore: boolean,
  terminal: Terminal,
): Promise<ArchiveClient> {
  const control = await ControlClient.connect(dataDir!);
  if (control) return remoteArchiveClient(control, terminal);
  // The store of a server may be elsewhere.
  if (needsStore) assertStore(dataDir!, store);
  return localArchiveClient(await DBTracker.open({ dataDir: dataDir!, store: store! }), terminal);
}

function localArchiveClient(db: DBTracker, terminal: Terminal): ArchiveClient {
  const { store, spool, rollups } = db;
  const archives = new Archives({ store, spool, rollups, now: Date.now });
  const signal = terminal.interruption();
  return {
    async archive(to, options) {
      const summary = await StatusLine.during(terminal, dayProgressText, (onProgress) =>
        archives.archive(to, options, { onProgress, signal }),
      );
      if (!options.dryRun && summary.rows + summary.already > 0) await waitForFreeSpace(store);
      return summary;
    },
    restore: (from, options) =>
      StatusLine.during(terminal, dayProgressText, (onProgress) =>
        archives.restore(from, options, { onProgress, signal }),
      ),
    close: () => db.close(),
  };
}

/** When this process ends, the server notices the closed connection, and stops after the current day. */
function remoteArchiveClient(control: ControlClient, terminal: Terminal): ArchiveClient {
  const request = <Summary>(path: string, body: object) =>
    StatusLine.during(terminal, dayProgressText, async (onProgress) => {
      let summary: Summary | undefined;
      await control.post(path, Readable.from([JSON.stringify(body)], { objectMode: false }), (line) => {
        if ('error' in line) throw new HitError('archive_failed', String(line.error));
        if ('progress' in line) onProgress(line.progress as ArchiveProgress);
        if ('summary' in line) summary = line.summary as Summary;
      });
      if (summary) return summary;
      throw new HitError(
        'archive_failed',
        'the server on this data folder stopped: run the same command again to continue',
      );
    });
  return {
    archive: (to, options) => request('/control/archive', { to, options }),
    restore: (from, options) => request('/control/restore', { from, options }),
    close: async () => undefined,
  };
}
