/**
 * A copy of an embedded store that can be opened without a change to the store: the engine itself changes what it opens, as
 * it moves broken parts away, merges and deletes. Folders are made anew, large files are links to those of the store, and
 * small ones, which the engine may write to, are copied. So it takes moments and no room, and whatever the engine
 * deletes in it is a link.
 */
import { copyFile, mkdir, mkdtemp, readdir, readlink, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Bytes up to which files are copied. Those that the engine changes where they are have some hundred. */
const SMALL = 4096;

/** @returns the copy's folder, which goes with it */
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
