/**
 * A copy of an embedded store that can be opened without changing the store: the engine changes what it opens, as it
 * moves broken parts away, merges and deletes. Folders are created, large files are links to those of the store, and
 * small files, which the engine may write to, are copied. So the copy takes moments and no space, and the engine only
 * deletes links in it.
 */
import { copyFile, mkdir, mkdtemp, readdir, readlink, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Largest file that is copied, in bytes. Files that the engine changes in place have some hundred. */
const SMALL = 4096;

/** @returns the copy's folder, which is deleted on disposal */
export async function copyOfStore(store: string): Promise<AsyncDisposable & { readonly folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'hit-tracker-doctor-'));
  const dispose = () => rm(folder, { recursive: true, force: true });
  try {
    await copyInto(resolve(store), join(folder, 'store'));
  } catch (error) {
    await dispose();
    throw error;
  }
  return { folder: join(folder, 'store'), [Symbol.asyncDispose]: dispose };
}

async function copyInto(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyInto(source, target);
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
    else if (entry.isFile()) {
      if ((await stat(source)).size <= SMALL) await copyFile(source, target);
      else await symlink(source, target);
    }
  }
}
