import { constants, copyFile, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFile, syncFolder } from './durable.ts';

export interface CopySize {
  readonly files: number;
  readonly bytes: number;
}

/**
 * Copies a folder recursively, one file at a time, each synced to disk. Symbolic links stay links.
 *
 * @param wanted selects the names to copy, with their content; default: all
 * @param signal aborts between two files
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

/** @returns size in bytes */
async function copySynced(from: string, to: string): Promise<number> {
  // As a reflink, if the file system supports it.
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  return syncFile(to);
}
