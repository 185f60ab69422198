import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { aborted } from '../timing/aborted.ts';
import { waitUpTo } from '../timing/time-limit.ts';

const CHUNK = 1024 * 1024;
/** Milliseconds for which a pipe is read on after it was stopped, in all and without new data. */
const DRAIN = { most: 5000, idle: 500 };

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

/**
 * The bytes of a pipe whose writer may run for ever. When it is stopped, what the pipe holds is still passed on: its writer
 * often ends by the same signal, and nobody could read that again.
 *
 * @throws after that, unless the writer has closed the pipe: the text after the last line feed may be a partial line
 */
export async function* drainedChunks(stream: Readable, stop: AbortSignal): AsyncGenerator<Buffer> {
  const chunks: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]();
  const stopped = aborted(stop);
  let end = Number.POSITIVE_INFINITY;
  try {
    for (;;) {
      const next = chunks.next();
      // Nobody waits for it after the last one.
      next.catch(() => undefined);
      await Promise.race([next, stopped]);
      if (stop.aborted) end = Math.min(end, performance.now() + DRAIN.most);
      const left = Math.min(DRAIN.idle, end - performance.now());
      const result = stop.aborted ? await waitUpTo(Math.max(0, left), next) : await next;
      if (!result) throw new Error('interrupted');
      if (result.done) return;
      yield result.value;
    }
  } finally {
    stream.destroy();
  }
}
