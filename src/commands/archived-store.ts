/** The store of a data folder, with the archive given to a command. */
import { HitError } from '../errors.ts';
import type { DATA_SETTINGS } from '../settings/data.ts';
import type { Values } from '../settings/setting.ts';
import { DBTracker } from '../trackers/db.ts';
import type { DBTrackerOptions } from '../trackers/db-options.ts';
import { ControlClient } from './control-client.ts';
import { assertStore } from './existing-store.ts';

type Archive = DBTrackerOptions['archive'];

/**
 * Connects to the server that runs on a data folder.
 *
 * @param archive the command's `--archive`: a server reads only its own
 * @returns undefined if no server runs there
 * @throws HitError `bad_usage` for an archive beside a server
 */
export async function connectToServer(
  dataDir: string,
  archive: Archive | undefined,
): Promise<ControlClient | undefined> {
  const control = await ControlClient.connect(dataDir);
  if (control && archive) {
    throw new HitError(
      'bad_usage',
      'a server runs on this data folder: start it with --archive, and omit it here',
    );
  }
  return control;
}

/**
 * Opens the store of a data folder on which no server runs.
 *
 * @param archive archived hits to include
 * @throws HitError `data_dir_unusable` if there is neither a store nor an archive; `archive_failed` if nothing is archived at that
 *   location, which may be mistyped; and errors of `DBTracker.open`
 */
export async function openArchivedStore(
  data: Values<typeof DATA_SETTINGS>,
  archive: Archive | undefined,
): Promise<DBTracker> {
  if (!archive) assertStore(data['data-dir']!, data.store);
  await using stack = new AsyncDisposableStack();
  const db = stack.use(await DBTracker.open({ dataDir: data['data-dir']!, store: data.store!, archive }));
  if (archive && db.archive?.isEmpty)
    throw new HitError('archive_failed', `there is no archive at ${archive.location}`);
  stack.move();
  return db;
}
