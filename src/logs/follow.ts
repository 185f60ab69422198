import type { Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { HitError, messageOf } from '../errors.ts';
import { pause } from '../timing/pause.ts';

/** Milliseconds between two checks of a file that has nothing new. */
const POLL_EVERY = 250;
/** Checks without new data after which a renamed file is considered complete. */
const FINAL_POLLS = 4;
const CHUNK = 1024 * 1024;

/**
 * A growing log, through rotation: the chunks of each file that is at the path in turn. The chunks of a file end when it
 * was renamed or truncated, and is read to its end; the next ones are those of the file that replaced it. The
 * file may not exist yet.
 *
 * @param stop interrupts the current file immediately
 * @throws HitError `import_failed` if the file is not readable
 */
export async function* generationsOf(path: string, stop: AbortSignal): AsyncGenerator<AsyncIterable<Buffer>> {
  for (;;) {
    const file = await openWhenThere(path, stop);
    if (!file) return;
    try {
      yield growing(file, path, stop);
    } finally {
      await file.close();
    }
  }
}

async function* growing(file: FileHandle, path: string, stop: AbortSignal): AsyncGenerator<Buffer> {
  let position = 0;
  let idlePolls = 0;
  const space = Buffer.allocUnsafeSlow(CHUNK);
  while (!stop.aborted) {
    const { bytesRead } = await file.read(space, 0, CHUNK, position);
    if (bytesRead > 0) {
      position += bytesRead;
      idlePolls = 0;
      // Valid until the next one is requested.
      yield space.subarray(0, bytesRead);
      continue;
    }
    const own = await file.stat();
    if (own.size < position) return;
    idlePolls = (await isReplaced(own, path)) ? idlePolls + 1 : 0;
    if (idlePolls > FINAL_POLLS) return;
    await pause(POLL_EVERY, stop);
  }
  // Not the end: the text after the last line break may be a partial line.
  throw new Error('interrupted');
}

/**
 * Whether the path leads to another file now, which is in use. A server writes on to the renamed file until it
 * is told to open the new one, and its processes switch one after another.
 */
async function isReplaced(own: Stats, path: string): Promise<boolean> {
  const now = await stat(path).catch(() => undefined);
  return now !== undefined && now.size > 0 && (now.ino !== own.ino || now.dev !== own.dev);
}

async function openWhenThere(path: string, stop: AbortSignal): Promise<FileHandle | undefined> {
  while (!stop.aborted) {
    try {
      return await open(path, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        throw new HitError('import_failed', `${path} cannot be read: ${messageOf(error)}`, { cause: error });
      }
      await pause(POLL_EVERY, stop);
    }
  }
  return undefined;
}
