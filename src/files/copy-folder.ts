import { constants, copyFile, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFile, syncFolder } from './durable.ts';

export interface CopySize {
  readonly files: number;
  readonly bytes: number;
}

/**
 * Copies a folder and all in it, one file after another, each synced to the disk. Links stay links.
 *
 * @param wanted which names are copied, with what is in them; all if left out
 * @param signal breaks it off between two files
 */
export async function copyFolder(
  from: string,
  to: string,
  {
    wanted = () => true,
    signal,
  }: { wanted?: (name: string) => boolean; signal?: AbortSignal | undefined } = {},
): Promise<CopySize> {
  let files = 0;
  let bytes = 0;
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    signal?.throwIfAborted();
    if (!wanted(entry.name)) continue;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) {
      const inner = await copyFolder(source, target, { wanted, signal });
      files += inner.files;
      bytes += inner.bytes;
    } else if (entry.isSymbolicLink()) {
      await symlink(await readlink(source), target);
    } else if (entry.isFile()) {
      bytes += await copySynced(source, target);
      files++;
    }
  }
  await syncFolder(to);
  return { files, bytes };
}

/** @returns bytes */
async function copySynced(from: string, to: string): Promise<number> {
  // By reference, where the file system can.
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  return syncFile(to);
}
