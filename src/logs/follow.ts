import { type FileHandle, open, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { HitError, messageOf } from '../errors.ts';

/** Milliseconds between two looks at a file that has nothing new. */
const PACE = 250;
const CHUNK = 1024 * 1024;

/**
 * A log that grows, through rotation: one stream for each file that is at the path in turn. A stream ends when its
 * file was renamed or cut, and everything in it was read; the next one begins with the file that took its place.
 *
 * @param stop ends the stream under way where it is
 */
export async function* generationsOf(path: string, stop: AbortSignal): AsyncGenerator<Readable> {
  while (!stop.aborted) {
    const file = await openWhenThere(path, stop);
    if (!file) return;
    yield Readable.from(growing(file, path, stop), { objectMode: false });
  }
}

async function* growing(file: FileHandle, path: string, stop: AbortSignal): AsyncGenerator<Buffer> {
  try {
    let position = 0;
    while (!stop.aborted) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, position);
      position += bytesRead;
      if (bytesRead > 0) yield buffer.subarray(0, bytesRead);
      else if (await isOver(file, path, position)) return;
      else await pause(stop);
    }
  } finally {
    await file.close();
  }
}

/** Whether the path leads to another file now, or this one was cut. What was written meanwhile is read first. */
async function isOver(file: FileHandle, path: string, position: number): Promise<boolean> {
  const own = await file.stat();
  if (own.size < position) return true;
  if (own.size > position) return false;
  const now = await stat(path).catch(() => undefined);
  if (now === undefined || (now.ino === own.ino && now.dev === own.dev)) return false;
  // A server writes on to the renamed file until it is told to open the new one: give it the time of one look.
  await sleep(PACE);
  return (await file.stat()).size === position;
}

async function openWhenThere(path: string, stop: AbortSignal): Promise<FileHandle | undefined> {
  while (!stop.aborted) {
    try {
      return await open(path, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        throw new HitError('import_failed', `${path} cannot be read: ${messageOf(error)}`, { cause: error });
      }
      await pause(stop);
    }
  }
  return undefined;
}

async function pause(stop: AbortSignal): Promise<void> {
  await sleep(PACE, undefined, { signal: stop }).catch(() => undefined);
}
