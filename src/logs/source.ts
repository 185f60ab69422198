import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** As much of a log as its format is told by. */
const SAMPLE_BYTES = 64 * 1024;

/** Gzip is told by its first two bytes. */
export async function* unzipped(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const iterator = source[Symbol.asyncIterator]();
  let first = Buffer.alloc(0) as Buffer;
  while (first.length < 2) {
    const { value, done } = await iterator.next();
    if (done) break;
    first = Buffer.concat([first, value]);
  }
  const rest = (async function* () {
    yield first;
    yield* { [Symbol.asyncIterator]: () => iterator };
  })();
  if (first[0] === 0x1f && first[1] === 0x8b) {
    yield* Readable.from(rest, { objectMode: false }).compose(createGunzip()) as AsyncIterable<Buffer>;
  } else {
    yield* rest;
  }
}

/** The beginning of a log, to tell its format by, and the whole log. */
export async function sampled(
  source: AsyncIterable<Buffer>,
  follow: boolean,
): Promise<{ text: AsyncIterable<Buffer>; sample: string }> {
  const iterator = source[Symbol.asyncIterator]();
  const chunks: Buffer[] = [];
  for (let length = 0; length < SAMPLE_BYTES; ) {
    const { value, done } = await iterator.next();
    if (done) break;
    chunks.push(value);
    length += value.length;
    if (follow && value.includes('\n')) break;
  }
  const text = (async function* () {
    yield* chunks;
    yield* { [Symbol.asyncIterator]: () => iterator };
  })();
  return { text, sample: Buffer.concat(chunks).toString('utf8', 0, SAMPLE_BYTES) };
}

/** The first lines of a sample, whole ones. */
export function linesOf(sample: string): string[] {
  const lines = sample.split('\n').slice(0, 200);
  // The last one may have been cut by the sample's end.
  return lines.length > 1 ? lines.slice(0, -1) : lines;
}
