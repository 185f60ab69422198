/**
 * Atomic file replacement: the content is written to a temporary file, synced and renamed. After a crash either the old or
 * the new file exists.
 */
import {
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HitError, messageOf } from '../errors.ts';
import { syncFolder, writeSynced } from './durable.ts';

/** Suffix of files that are being written. A file with this suffix left by a crash is useless. */
export const UNFINISHED = '.new';
/** Mode of files in the data folder. */
const OWNER_ONLY = 0o600;

/**
 * @param mode default: owner only
 * @param temporary the temporary file, in the same folder; default: one name per path, so only one writer at a time
 * @throws the system's error; no temporary file remains then
 */
export async function writeAtomically(
  path: string,
  content: string | Uint8Array,
  {
    mode = OWNER_ONLY,
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
 * The same for a file in the data folder, synchronously, so that nothing else runs meanwhile. A file that has this content already
 * is left as it is: a server also starts on a full disk.
 *
 * @throws HitError `data_dir_unusable`; no temporary file remains then
 */
export function writeAtomicallySync(path: string, text: string): void {
  if (holds(path, text)) return;
  const temporary = `${path}${UNFINISHED}`;
  try {
    rmSync(temporary, { force: true });
    // Not `writeSync`, which may write only a part if the disk is nearly full.
    synced(openSync(temporary, 'wx', OWNER_ONLY), (file) => writeFileSync(file, text));
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

/** Whether a file has this content, and no more permissions than it should have. */
function holds(path: string, text: string): boolean {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return false;
  }
  try {
    return (fstatSync(file).mode & 0o777) === OWNER_ONLY && readFileSync(file, 'utf8') === text;
  } catch {
    return false;
  } finally {
    closeSync(file);
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
