/**
 * Atomic file replacement: the content is written to a temporary file, synced and renamed. After a crash either the old or
 * the new file exists.
 */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HitError, messageOf } from '../errors.ts';
import { syncFolder, writeSynced } from './durable.ts';

/** Suffix of files that are being written. A file with this suffix left by a crash is useless. */
export const UNFINISHED = '.new';

/**
 * @param mode default: owner only
 * @param temporary the temporary file, in the same folder; default: one name per path, so only one writer at a time
 * @throws the system's error; no temporary file remains then
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
    // A file left by a crash would keep its mode.
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
 * The same for a file in the data folder, synchronously, so that nothing else runs meanwhile.
 *
 * @throws HitError `data_dir_unusable`; no temporary file remains then
 */
export function writeAtomicallySync(path: string, text: string): void {
  const temporary = `${path}${UNFINISHED}`;
  try {
    rmSync(temporary, { force: true });
    // Not `writeSync`, which may write only a part if the disk is nearly full.
    synced(openSync(temporary, 'wx', 0o600), (file) => writeFileSync(file, text));
    renameSync(temporary, path);
    synced(openSync(dirname(path), 'r'), () => undefined);
  } catch (error) {
    try {
      rmSync(temporary, { force: true });
    } catch {
      // The first error is more informative.
    }
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
