import { open } from 'node:fs/promises';

/** Makes the names in a folder durable, if its file system supports that. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // Some network file systems return this for every folder, so a retry would never succeed.
    if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
  } finally {
    await handle.close();
  }
}

/** Makes the content of a file durable. @returns its size in bytes */
export async function syncFile(path: string): Promise<number> {
  const handle = await open(path, 'r+');
  try {
    await handle.datasync();
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}

/** Writes a new file and makes its content durable. Its name becomes durable when the folder is synced. */
export async function writeSynced(path: string, parts: readonly Uint8Array[], mode?: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    // Not `writev`, which may write only a part.
    for (const part of parts) await file.writeFile(part);
    await file.datasync();
  } finally {
    await file.close();
  }
}
