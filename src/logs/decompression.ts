/**
 * Decompression of logs. A compression is recognized by its first bytes, whatever the file is called; only brotli has none.
 *
 * Each generator passes on all decompressed data before it throws, so that a truncated log is imported up to its end.
 */

import { createRequire } from 'node:module';
import { finished } from 'node:stream/promises';
import {
  type BrotliDecompress,
  createBrotliDecompress,
  createGunzip,
  createZstdDecompress,
  type Gunzip,
  type ZstdDecompress,
} from 'node:zlib';
import { type FlateError, FlateErrorCode, Unzip, UnzipInflate } from 'fflate';
import unbzip2 from 'unbzip2-stream';
import { LINE_FEED } from './ascii.ts';

const require = createRequire(import.meta.url);

/** Bytes that are decompressed at once: at worst, a thousand times as many result. */
const INPUT_BYTES = 32 * 1024;
const OUTPUT_BYTES = 256 * 1024;

/** The first bytes of a compression, and its decompressor, or why it is not supported. */
interface Compression {
  readonly magic: readonly number[];
  readonly read: ((source: AsyncIterable<Buffer>) => AsyncGenerator<Buffer>) | string;
}

const COMPRESSIONS: readonly Compression[] = [
  { magic: [0x1f, 0x8b], read: (source) => throughZlib(createGunzip({ chunkSize: OUTPUT_BYTES }), source) },
  {
    magic: [0x28, 0xb5, 0x2f, 0xfd],
    read: (source) => throughZlib(createZstdDecompress({ chunkSize: OUTPUT_BYTES }), source),
  },
  { magic: [0x42, 0x5a, 0x68], read: bunzipped },
  { magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], read: unxzed },
  { magic: [0x50, 0x4b, 0x03, 0x04], read: unzipped },
  { magic: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], read: 'it is a 7z archive: unpack it first' },
  { magic: [0x52, 0x61, 0x72, 0x21], read: 'it is a RAR archive: unpack it first' },
  { magic: [0x1f, 0x9d], read: 'it is compressed by compress: unpack it first, as with zcat' },
  { magic: [0x04, 0x22, 0x4d, 0x18], read: 'it is compressed by LZ4: unpack it first, as with lz4cat' },
];

/** Bytes at the start of a log by which its compression is recognized. */
export const MAGIC_BYTES = Math.max(...COMPRESSIONS.map(({ magic }) => magic.length));

/** The compression of a log with these first bytes, if it is compressed. */
export function compressionOf(head: Uint8Array): Compression | undefined {
  return COMPRESSIONS.find(({ magic }) => magic.every((byte, index) => head[index] === byte));
}

/** Whether the name of a log is that of one compressed by brotli. */
export function isNamedBrotli(path: string): boolean {
  return path.endsWith('.br');
}

/** Decompresses brotli. */
export function unbrotlied(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  return throughZlib(createBrotliDecompress({ chunkSize: OUTPUT_BYTES }), source);
}

/** The data in parts, each small enough to be decompressed at once. */
async function* inParts(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    for (let start = 0; start < chunk.length; start += INPUT_BYTES)
      yield chunk.subarray(start, start + INPUT_BYTES);
  }
}

async function* throughZlib(
  stream: Gunzip | ZstdDecompress | BrotliDecompress,
  source: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  const ready: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => ready.push(chunk));
  try {
    for await (const part of inParts(source)) {
      await decompress(stream, part);
      yield* ready.splice(0);
    }
    stream.end();
    await finished(stream);
  } catch (error) {
    yield* ready.splice(0);
    throw error;
  } finally {
    stream.destroy();
  }
  yield* ready.splice(0);
}

/** Resolves when the stream has passed on what the part holds. */
function decompress(stream: Gunzip | ZstdDecompress | BrotliDecompress, part: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once('error', reject);
    stream.write(part, (error) => {
      stream.off('error', reject);
      if (error) reject(error);
      else resolve();
    });
  });
}

/** The stream decompresses whole blocks within `write`. */
async function* bunzipped(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const stream = unbzip2();
  const ready: Buffer[] = [];
  let fault: Error | undefined;
  stream.on('data', (bytes) => ready.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)));
  stream.on('error', (error) => {
    fault ??= damaged(error);
  });
  // The stream keeps the part, whose memory the source reuses.
  for await (const part of inParts(source)) {
    stream.write(Buffer.from(part));
    yield* ready.splice(0);
    if (fault) throw fault;
  }
  stream.end();
  yield* ready.splice(0);
  if (fault) throw fault;
}

async function* unxzed(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  // Loaded only when needed, as it brings WebAssembly.
  const { XzReadableStream } = require('xz-decompress') as typeof import('xz-decompress');
  const compressed = async function* () {
    for await (const part of inParts(source)) yield new Uint8Array(part);
  };
  let sourceFault: unknown;
  const bytes = (async function* () {
    try {
      yield* compressed();
    } catch (error) {
      sourceFault = error;
      throw error;
    }
  })();
  try {
    for await (const part of new XzReadableStream(ReadableStream.from(bytes))) yield Buffer.from(part);
  } catch (error) {
    throw error === sourceFault ? error : damaged(error);
  }
}

/** Instead of the libraries' errors, which are about their own code. */
function damaged(error: unknown): Error {
  return new Error('its compressed data is truncated or damaged', { cause: error });
}

/** The signature of the record that ends an archive. */
const END_OF_ARCHIVE = 'PK\x05\x06';

function archiveFault(error: FlateError): Error {
  if (error.code !== FlateErrorCode.UnknownCompressionMethod) return damaged(error);
  return new Error('it has a file compressed by another method than deflate: unpack it first', {
    cause: error,
  });
}

/** The files of an archive, one after another, each ended by a line feed. */
async function* unzipped(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const ready: Buffer[] = [];
  let fault: Error | undefined;
  let open = 0;
  const archive = new Unzip((file) => {
    if (file.name.endsWith('/')) return;
    open++;
    let last = LINE_FEED;
    file.ondata = (error, bytes, isFinal) => {
      if (error) fault ??= archiveFault(error);
      if (error) return;
      if (bytes.length > 0) ready.push(Buffer.from(bytes));
      last = bytes.at(-1) ?? last;
      if (!isFinal) return;
      open--;
      if (last !== LINE_FEED) ready.push(Buffer.from([LINE_FEED]));
    };
    file.start();
  });
  archive.register(UnzipInflate);
  const push = (bytes: Uint8Array, isLast: boolean) => {
    try {
      archive.push(bytes, isLast);
    } catch (error) {
      fault ??= archiveFault(error as FlateError);
    }
  };
  let isComplete = false;
  let tail = '';
  for await (const part of inParts(source)) {
    // The signature may be split between two parts.
    const text = tail + part.toString('latin1');
    isComplete ||= text.includes(END_OF_ARCHIVE);
    tail = text.slice(1 - END_OF_ARCHIVE.length);
    push(new Uint8Array(part), false);
    yield* ready.splice(0);
    if (fault) throw fault;
  }
  push(new Uint8Array(), true);
  yield* ready.splice(0);
  if (fault || open > 0 || !isComplete) throw fault ?? new Error('unexpected end of file');
}
