import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';

const CHUNK = 1024 * 1024;

/**
 * The bytes of a file. All chunks share one buffer, so each is valid until the next is requested: a large log
 * leaves no buffers behind, of which the garbage collector sees only the small objects.
 *
 * @param stop makes it throw immediately
 */
export async function* fileChunks(path: string, stop: AbortSignal): AsyncGenerator<Buffer> {
  await using file = await open(path);
  const memory = Buffer.allocUnsafeSlow(CHUNK);
  for (;;) {
    const { bytesRead } = await file.read(memory, 0, CHUNK, null);
    if (stop.aborted) throw new Error('interrupted');
    if (bytesRead === 0) return;
    yield memory.subarray(0, bytesRead);
  }
}

/**
 * The bytes of a pipe, or of another stream.
 *
 * @param stop makes it throw, also while it waits
 */
export async function* streamChunks(stream: Readable, stop: AbortSignal): AsyncGenerator<Buffer> {
  const interrupt = () => stream.destroy(new Error('interrupted'));
  stop.addEventListener('abort', interrupt);
  if (stop.aborted) interrupt();
  try {
    yield* stream;
  } finally {
    stop.removeEventListener('abort', interrupt);
    stream.destroy();
  }
}
