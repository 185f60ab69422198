import { LINE_FEED } from './ascii.ts';
import { compressionOf, MAGIC_BYTES } from './decompression.ts';
import { MAX_HELD_BYTES } from './line-outcome.ts';

/** Bytes of a log from which its format is detected. */
const SAMPLE_BYTES = 64 * 1024;
/** The byte order marks of UTF-16, and the encoding of each. */
const UTF_16: readonly { readonly mark: readonly number[]; readonly encoding: string }[] = [
  { mark: [0xff, 0xfe], encoding: 'utf-16le' },
  { mark: [0xfe, 0xff], encoding: 'utf-16be' },
];

/** The encoding of a log with these first bytes, if it is UTF-16. */
export function utf16Of(head: Uint8Array): string | undefined {
  return UTF_16.find(({ mark }) => mark.every((byte, index) => head[index] === byte))?.encoding;
}

/**
 * The text of a log in UTF-8: decompressed if it begins like gzip, zstd, bzip2, xz or zip, and converted if it begins with a byte
 * order mark of UTF-16.
 *
 * @throws Error if the log is truncated, or its compression is not supported
 */
export async function* textOf(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  await using compressed = await begun(source, MAGIC_BYTES);
  const compression = compressionOf(compressed.head);
  if (typeof compression?.read === 'string') throw new Error(compression.read);
  await using plain = await begun(compression ? compression.read(compressed.whole) : compressed.whole, 2);
  const encoding = utf16Of(plain.head);
  yield* encoding === undefined ? plain.whole : decoded(plain.whole, encoding);
}

/** The first bytes of a source, at least that many unless it ends, and the whole source. */
async function begun(
  source: AsyncIterable<Buffer>,
  length: number,
): Promise<{ head: Buffer; whole: AsyncGenerator<Buffer> } & AsyncDisposable> {
  const iterator = source[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  let fault: { readonly error: unknown } | undefined;
  while (head.length < length && !fault) {
    try {
      const { value, done } = await iterator.next();
      if (done) break;
      head = Buffer.concat([head, value]);
    } catch (error) {
      fault = { error };
    }
  }
  const whole = (async function* () {
    if (head.length > 0) yield head;
    if (fault) throw fault.error;
    yield* { [Symbol.asyncIterator]: () => iterator };
  })();
  // A reader may stop before the end, or before it reads the rest: the source's file must be closed even then.
  return { head, whole, [Symbol.asyncDispose]: async () => void (await iterator.return?.()) };
}

async function* decoded(source: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of source) yield Buffer.from(decoder.decode(chunk, { stream: true }));
  const rest = decoder.decode();
  if (rest !== '') yield Buffer.from(rest);
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
