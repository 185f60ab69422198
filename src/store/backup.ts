/**
 * Backups: a copy of a data folder from which a server can start, made while another server uses the folder.
 *
 * While delivery is paused, the parts of all tables and the segments of the spool are frozen with hard links, which take
 * almost no time and space. So each acknowledged hit is either in the tables or in the spool, never in both. Then everything
 * is copied while hits arrive and parts are merged.
 *
 * The copy is written under a temporary name, with a marker file for an unfinished backup, and renamed when it is complete
 * on disk.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { type DedicatedConnection, SCRATCH } from '../clickhouse/connection.ts';
import { queryText } from '../clickhouse/sql.ts';
import { HitError, messageOf } from '../errors.ts';
import { copyFolder } from '../files/copy-folder.ts';
import { syncFolder, writeSynced } from '../files/durable.ts';
import { makeFolder } from '../files/make-folder.ts';
import { Secrets } from '../folder/secrets.ts';
import { linkSegments } from '../spool/segment-links.ts';
import type { Spool } from '../spool/spool.ts';
import type { Store } from './store.ts';

/** Marker file of an unfinished copy. */
const UNFINISHED = 'unfinished-backup';
/** Files that the engine needs beside the parts of a table. */
const METADATA = /\.sql$|^format_version\.txt$/;

/** Source of a backup. */
export interface BackupSource {
  readonly store: Store;
  readonly spool: Pick<Spool, 'pauseDelivery'>;
  /** The data folder, locked by this process. */
  readonly dataDir: string;
}

export interface Backup {
  /** Absolute path. */
  readonly folder: string;
  readonly files: number;
  readonly bytes: number;
  /** Milliseconds for which delivery was paused. Hits were accepted meanwhile. */
  readonly pause: number;
}

/**
 * Copies a data folder with its secrets: anyone who can read the copy has the rights of the folder's owner. Only the import salt
 * is left out, since it would reveal the addresses in imported logs.
 *
 * @param to a folder that does not exist or is empty
 * @param signal aborts the backup; the partial copy is removed then
 * @throws HitError `invalid` if the folder is not allowed, or the store is a server; `data_dir_unusable` if the copy cannot
 *   be written; `store_unavailable`, `overloaded`
 * @example
 * await backUp({ store: db.store, spool: db.spool, dataDir: './data' }, '/backup/monday');
 */
export async function backUp(source: BackupSource, to: string, signal?: AbortSignal): Promise<Backup> {
  const folder = resolve(to);
  const dataDir = resolve(source.dataDir);
  await using connection = source.store.dedicatedConnection();
  if (connection.folder === undefined) {
    throw new HitError(
      'invalid',
      'the store is a ClickHouse server: back it up there, with its BACKUP statement',
    );
  }
  const unfinished = await begin(folder, dataDir);
  // The engine encodes other characters than these as numbers.
  const shadow = join(connection.folder, 'shadow', SCRATCH + randomUUID().replaceAll('-', ''));
  try {
    // Before the tables: a site whose deletion is in the copy may still have its goals and tokens there, but not the reverse.
    const settings = await readSettings(dataDir);
    const pause = await freeze(source, connection, join(dataDir, 'spool'), shadow);
    const store = join(unfinished, 'store');
    const parts = await copyFolder(join(shadow, 'store'), join(store, 'store'), { signal });
    const segments = await copyFolder(join(shadow, 'spool'), join(unfinished, 'spool'), { signal });
    await copyMetadata(connection.folder, store);
    for (const [name, content] of settings) await writeSynced(join(unfinished, name), [content], 0o600);
    await finish(unfinished, folder);
    return {
      folder,
      files: parts.files + segments.files,
      bytes: parts.bytes + segments.bytes,
      pause: Math.round(pause),
    };
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw faultOf(error);
  } finally {
    await rm(shadow, { recursive: true, force: true });
  }
}

/** Creates the temporary folder of the copy. */
async function begin(folder: string, dataDir: string): Promise<string> {
  if (`${folder}${sep}`.startsWith(`${dataDir}${sep}`)) {
    throw new HitError('invalid', `${folder} is in the data folder: choose one outside of it`);
  }
  if (existsSync(folder) && (await readdir(folder).catch(() => ['a file'])).length > 0) {
    throw new HitError('invalid', `${folder} already exists: choose a new or an empty folder`);
  }
  const unfinished = `${folder}.part`;
  try {
    // Only a leftover of an earlier run that was killed.
    if (existsSync(join(unfinished, UNFINISHED))) await rm(unfinished, { recursive: true });
    makeFolder(dirname(folder));
    await mkdir(unfinished, { mode: 0o700 });
    await writeFile(join(unfinished, UNFINISHED), 'This backup is incomplete. It can be deleted.\n');
  } catch (error) {
    throw faultOf(error);
  }
  return unfinished;
}

/** @returns duration in milliseconds */
function freeze(
  { spool }: BackupSource,
  connection: DedicatedConnection,
  segments: string,
  shadow: string,
): Promise<number> {
  return spool.pauseDelivery(async () => {
    const started = performance.now();
    const tables = await connection.rows<{ name: string }>(
      queryText('backup_tables', {}, connection.dialect),
    );
    const name = shadow.slice(shadow.lastIndexOf(sep) + 1);
    for (const table of tables) {
      await connection.command(`ALTER TABLE ${table.name} FREEZE WITH NAME '${name}'`);
    }
    linkSegments(segments, join(shadow, 'spool'));
    return performance.now() - started;
  });
}

/** Copies the engine's table metadata. Tables are named by symbolic links within the folder. */
async function copyMetadata(from: string, to: string): Promise<void> {
  for (const links of ['metadata', 'data']) await copyFolder(join(from, links), join(to, links));
  for (const group of await readdir(join(from, 'store'))) {
    for (const id of await readdir(join(from, 'store', group))) {
      const [source, target] = [join(from, 'store', group, id), join(to, 'store', group, id)];
      const files = await readdir(source, { withFileTypes: true });
      await mkdir(target, { recursive: true });
      for (const file of files.filter((each) => each.isFile() && METADATA.test(each.name))) {
        await copyFile(join(source, file.name), join(target, file.name));
      }
      await syncFolder(target);
    }
  }
}

const FILES = [
  'secrets.json',
  'tokens.json',
  'sites.json',
  'resources.json',
  'retention.json',
  'identity.json',
];

/** Reads secrets and the owner's settings: API tokens, public sites, goals and the like, retention, and identity. */
async function readSettings(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  const settings = new Map<string, Buffer>();
  for (const name of FILES) {
    const content = await readFile(join(folder, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' && name !== 'secrets.json') return undefined;
      throw error;
    });
    if (content === undefined) continue;
    settings.set(
      name,
      name === 'secrets.json' ? Buffer.from(Secrets.forBackup(content.toString())) : content,
    );
  }
  return settings;
}

async function finish(unfinished: string, folder: string): Promise<void> {
  await rm(join(unfinished, UNFINISHED));
  await syncFolder(unfinished);
  await rename(unfinished, folder);
  await syncFolder(dirname(folder));
}

function faultOf(error: unknown): HitError {
  if (error instanceof HitError) return error;
  if ((error as Error).name === 'AbortError')
    return new HitError('interrupted', 'the backup was interrupted');
  return new HitError('data_dir_unusable', `the backup cannot be written: ${messageOf(error)}`, {
    cause: error,
  });
}
