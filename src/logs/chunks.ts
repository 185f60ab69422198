import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';

const CHUNK = 1024 * 1024;
/** Milliseconds for which a pipe, or what arrives over a network, is still read after a stop, in all and without new data. */
export const DRAIN = { most: 5000, idle: 500 };

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
 * The bytes of a pipe whose writer may run forever. After a stop, what the pipe still has is passed on: its writer often ends by
 * the same signal, and the data could not be read again.
 *
 * @throws after that, unless the writer has closed the pipe: the text after the last line feed may be a partial line
 */
export async function* drainedChunks(stream: Readable, stop: AbortSignal): AsyncGenerator<Buffer> {
  let isReading = true;
  let end = Number.POSITIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  const interrupt = () => stream.destroy(new Error('interrupted'));
  const readOn = () => {
    timer = setTimeout(interrupt, Math.min(DRAIN.idle, end - performance.now()));
  };
  const onStop = () => {
    end = performance.now() + DRAIN.most;
    if (isReading) readOn();
  };
  stop.addEventListener('abort', onStop);
  if (stop.aborted) onStop();
  try {
    for await (const chunk of stream) {
      isReading = false;
      clearTimeout(timer);
      yield chunk;
      if (performance.now() >= end) throw new Error('interrupted');
      isReading = true;
      if (stop.aborted) readOn();
    }
  } finally {
    isReading = false;
    clearTimeout(timer);
    stop.removeEventListener('abort', onStop);
    stream.destroy();
  }
}
