import { open } from 'node:fs/promises';

/** Makes the names in a folder durable, where its file system can do that. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // What some network file systems say of any folder. They would refuse it for ever.
    if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
  } finally {
    await handle.close();
  }
}

/** Makes the content of a file durable. @returns its bytes */
export async function syncFile(path: string): Promise<number> {
  const handle = await open(path, 'r+');
  try {
    await handle.datasync();
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}

/** Writes a file that is not there yet, and makes its content durable. Its name is durable with its folder. */
export async function writeSynced(path: string, parts: readonly Uint8Array[], mode?: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    // Not `writev`, which may write less than all.
    for (const part of parts) await file.writeFile(part);
    await file.datasync();
  } finally {
    await file.close();
  }
}
