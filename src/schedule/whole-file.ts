import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Stands at the end of the names of files that are being written; one that a crash left behind is worth nothing. */
export const UNFINISHED = '.new';

/**
 * Writes a file beside and renames it, so that after a crash the old one is there, or the new one whole.
 *
 * @param mode who may read it; the data folder's own files are for their owner
 */
export async function writeWhole(path: string, content: string, mode = 0o600): Promise<void> {
  const beside = `${path}${UNFINISHED}`;
  // One that a crash left behind would keep its mode.
  await rm(beside, { force: true });
  await using file = await open(beside, 'wx', mode);
  await file.writeFile(content);
  await file.sync();
  await rename(beside, path);
  await syncFolder(dirname(path));
}

/** Makes the names in a folder last. */
async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r');
  await folder.sync();
}
