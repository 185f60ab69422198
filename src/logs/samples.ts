import { open } from 'node:fs/promises';
import { HitError } from '../errors.ts';
import { LINE_FEED } from './ascii.ts';
import { fileChunks } from './chunks.ts';
import { compressionOf, unbrotlied } from './decompression.ts';
import { Directives } from './directives.ts';
import { passErrorsLast, textOf, utf16Of } from './source.ts';

/** Bytes of one sample, and how many are taken of a file. */
const SAMPLE = 64 * 1024;
const SAMPLES = 16;

/**
 * The bytes of a log file.
 *
 * @param isBrotli whether they are compressed by brotli, which cannot be recognized by its first bytes
 * @param stop makes it throw immediately
 */
export function fileLog(path: string, isBrotli: boolean, stop: AbortSignal): AsyncGenerator<Buffer> {
  const chunks = fileChunks(path, stop);
  return isBrotli ? unbrotlied(chunks) : chunks;
}

/**
 * Samples of a log file: whole lines from its beginning, its end and positions in between. Of a compressed log, and of one with
 * directives, only the beginning, with the size of all samples together.
 *
 * @param size of the file, in bytes
 * @throws HitError `import_failed` for a compression that is not supported
 */
export async function* samplesOf(
  path: string,
  size: number,
  isBrotli: boolean,
  stop: AbortSignal,
): AsyncGenerator<Buffer> {
  await using file = await open(path);
  const memory = Buffer.alloc(SAMPLE);
  const { bytesRead } = await file.read(memory, 0, SAMPLE, 0);
  const head = memory.subarray(0, bytesRead);
  if (!isBrotli) checkCompression(head, path);
  // The fields of a sample in the middle are those of the last directive before it.
  if (
    new Directives(head.toString()).isDescribed ||
    isBrotli ||
    compressionOf(head) ||
    utf16Of(head) !== undefined
  ) {
    yield* beginningOf(fileLog(path, isBrotli, stop));
    return;
  }
  const count = Math.min(SAMPLES, Math.ceil(size / SAMPLE));
  for (let index = 0; index < count; index++) {
    const at = count === 1 ? 0 : Math.floor(((size - SAMPLE) * index) / (count - 1));
    const { bytesRead: length } = await file.read(memory, 0, SAMPLE, at);
    const isLast = at + length >= size;
    yield Buffer.from(wholeLines(memory.subarray(0, length), at === 0, isLast));
  }
}

/** Bytes at the beginning of a pipe that are its sample. */
export const PIPE_SAMPLE = SAMPLE * SAMPLES;

/**
 * The sample of a pipe.
 *
 * @param head its first bytes, compressed or not, up to `PIPE_SAMPLE`
 * @throws HitError `import_failed` for a compression that is not supported
 */
export async function* sampleOfPipe(head: Buffer, isBrotli: boolean, name: string): AsyncGenerator<Buffer> {
  if (head.length === 0) return;
  if (!isBrotli) checkCompression(head, name);
  const bytes = (async function* () {
    yield head;
  })();
  yield* beginningOf(isBrotli ? unbrotlied(bytes) : bytes);
}

function checkCompression(head: Buffer, name: string): void {
  const compression = compressionOf(head);
  if (typeof compression?.read !== 'string') return;
  throw new HitError('import_failed', `${name} cannot be read: ${compression.read}`);
}

async function* beginningOf(log: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  // A truncated log is reported when it is imported.
  const text = passErrorsLast(textOf(log), () => undefined);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of text) {
    chunks.push(Buffer.from(chunk));
    length += chunk.length;
    if (length >= SAMPLE * SAMPLES) break;
  }
  yield wholeLines(Buffer.concat(chunks), true, length < SAMPLE * SAMPLES);
}

/**
 * @param isFirst whether the bytes are the beginning of the log
 * @param isLast whether they are its end
 */
function wholeLines(bytes: Buffer, isFirst: boolean, isLast: boolean): Buffer {
  const start = isFirst ? 0 : bytes.indexOf(LINE_FEED) + 1;
  const end = isLast ? bytes.length : bytes.lastIndexOf(LINE_FEED) + 1;
  return end > start ? bytes.subarray(start, end) : bytes;
}
