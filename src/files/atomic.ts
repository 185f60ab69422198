/**
 * Files that are replaced as a whole: the content is written beside, made durable, and renamed. After a crash the old file is
 * there, or the new one.
 */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HitError, messageOf } from '../errors.ts';
import { syncFolder, writeSynced } from './durable.ts';

/** Ends the names of files that are being written; one that a crash left behind is worthless. */
export const UNFINISHED = '.new';

/**
 * @param mode default: for the owner only
 * @param temporary where it is written, in the same folder; default: one name for each path, so one writer at a time
 * @throws the system's error; nothing is left behind then
 */
export async function writeAtomically(
  path: string,
  content: string | Uint8Array,
  {
    mode = 0o600,
    temporary = `${path}${UNFINISHED}`,
  }: { readonly mode?: number; readonly temporary?: string } = {},
): Promise<void> {
  try {
    // One that a crash left behind would keep its mode.
    await rm(temporary, { force: true });
    await writeSynced(temporary, [Buffer.from(content)], mode);
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/**
 * The same for a small file of the data folder, where nothing else may happen meanwhile.
 *
 * @throws HitError `data_dir_unusable`
 */
export function writeAtomicallySync(path: string, text: string): void {
  try {
    const temporary = `${path}${UNFINISHED}`;
    rmSync(temporary, { force: true });
    synced(openSync(temporary, 'wx', 0o600), (file) => {
      writeSync(file, text);
    });
    renameSync(temporary, path);
    synced(openSync(dirname(path), 'r'), () => undefined);
  } catch (error) {
    throw new HitError('data_dir_unusable', `${path} cannot be written: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function synced(file: number, work: (file: number) => void): void {
  try {
    work(file);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
