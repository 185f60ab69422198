import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { createGunzip, type Gunzip } from 'node:zlib';
import { LINE_FEED } from './ascii.ts';
import { MAX_HELD_BYTES } from './line.ts';

/** Bytes of a log from which its format is detected. */
const SAMPLE_BYTES = 64 * 1024;
/** Bytes that are decompressed at once: at worst they grow a thousandfold. */
const GZIP_BYTES = 32 * 1024;

/** Whether these bytes at the start of a log are those of gzip. */
export function isCompressed(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** Decompresses gzip, recognised by its first two bytes. */
export async function* unzipped(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const iterator = source[Symbol.asyncIterator]();
  let first: Buffer = Buffer.alloc(0);
  while (first.length < 2) {
    const { value, done } = await iterator.next();
    if (done) break;
    first = Buffer.concat([first, value]);
  }
  const whole = (async function* () {
    yield first;
    yield* { [Symbol.asyncIterator]: () => iterator };
  })();
  yield* isCompressed(first) ? gunzipped(whole) : whole;
}

/** Passes on all decompressed data before it throws, unlike a piped stream. */
async function* gunzipped(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  const ready: Buffer[] = [];
  gunzip.on('data', (chunk: Buffer) => ready.push(chunk));
  const failed = once(gunzip, 'error').then(([error]) => Promise.reject(error));
  failed.catch(() => undefined);
  try {
    for await (const chunk of source) {
      for (let start = 0; start < chunk.length; start += GZIP_BYTES) {
        await Promise.race([write(gunzip, chunk.subarray(start, start + GZIP_BYTES)), failed]);
        yield* ready.splice(0);
      }
    }
    gunzip.end();
    await finished(gunzip);
  } catch (error) {
    yield* ready.splice(0);
    throw error;
  } finally {
    gunzip.destroy();
  }
  yield* ready.splice(0);
}

function write(gunzip: Gunzip, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => gunzip.write(bytes, () => resolve()));
}

/**
 * A log up to its first error. If it breaks off, it ends with its last whole line, so that a partial line is not
 * mistaken for a whole one.
 *
 * @param onFault called with the reason
 */
export async function* passErrorsLast(
  source: AsyncIterable<Buffer>,
  onFault: (error: unknown) => void,
): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  try {
    for await (const chunk of source) {
      const end = heldBytes > MAX_HELD_BYTES ? chunk.length : chunk.lastIndexOf(LINE_FEED) + 1;
      if (end > 0) {
        yield* held;
        yield chunk.subarray(0, end);
        held = [];
        heldBytes = 0;
      }
      if (end < chunk.length) held.push(Buffer.from(chunk.subarray(end)));
      heldBytes += chunk.length - end;
    }
  } catch (error) {
    onFault(error);
    return;
  }
  yield* held;
}

/** The beginning of a log, to detect its format, and the whole log. */
export async function sampled(
  source: AsyncIterable<Buffer>,
  follow: boolean,
): Promise<{ text: AsyncIterable<Buffer>; sample: string }> {
  const iterator = source[Symbol.asyncIterator]();
  const chunks: Buffer[] = [];
  for (let length = 0; length < SAMPLE_BYTES; ) {
    const { value, done } = await iterator.next();
    if (done) break;
    chunks.push(Buffer.from(value));
    length += value.length;
    if (follow && value.includes(LINE_FEED)) break;
  }
  const text = (async function* () {
    yield* chunks.splice(0);
    yield* { [Symbol.asyncIterator]: () => iterator };
  })();
  return { text, sample: Buffer.concat(chunks).toString('utf8', 0, SAMPLE_BYTES) };
}

/** The whole lines of a sample. */
export function linesOf(sample: string): string[] {
  const lines = sample.split('\n').slice(0, 200);
  // The last line may be cut by the end of the sample.
  return lines.length > 1 ? lines.slice(0, -1) : lines;
}
