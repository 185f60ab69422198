import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { unbrotlied } from './decompression.ts';
import { textOf } from './source.ts';

/** Two lines, compressed by programs that share no code with what reads them: bzip2 in two streams, xz, zip of two files. */
const WRITTEN = {
  bzip2:
    'QlpoOTFBWSZTWRPK/Y0AAADBgAAQASAcACAAIYAMAycu4u5IpwoSAnlfsaBCWmg5MUFZJlNZltpZzwAAA0GAABAOAYgAIAAxDAENManOAHi7kinChIS20s54',
  xz: '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAMZmlyc3QKc2Vjb25kCgAAAABsPc58h/0pFgABJQ1xGcS2H7bzfQEAAAAABFla',
  zip: 'UEsDBBQAAAAAAAAAIQAAAAAAAAAAAAAAAAAFAAAAbG9ncy9QSwMEFAAAAAgAFTt+XVfucZIHAAAABQAAAAoAAABsb2dzL2EubG9nS8ssKi4BAFBLAwQUAAAAAAAAACEAfsAPBgcAAAAHAAAACgAAAGxvZ3MvYi5sb2dzZWNvbmQKUEsBAhQDFAAAAAAAAAAhAAAAAAAAAAAAAAAAAAUAAAAAAAAAAAAAAIABAAAAAGxvZ3MvUEsBAhQDFAAAAAgAFTt+XVfucZIHAAAABQAAAAoAAAAAAAAAAAAAAIABIwAAAGxvZ3MvYS5sb2dQSwECFAMUAAAAAAAAACEAfsAPBgcAAAAHAAAACgAAAAAAAAAAAAAAgAFSAAAAbG9ncy9iLmxvZ1BLBQYAAAAAAwADAKMAAACBAAAAAAA=',
};

async function* split(content: Uint8Array, size: number): AsyncGenerator<Buffer> {
  // The block is reused, as that of a file is.
  const block = Buffer.alloc(size);
  for (let at = 0; at < content.length; at += size) {
    block.set(content.subarray(at, at + size));
    yield block.subarray(0, Math.min(size, content.length - at));
  }
}

/** The text, and the error that ended it. */
async function drained(source: AsyncIterable<Buffer>): Promise<{ text: string; error: unknown }> {
  const chunks: Buffer[] = [];
  let error: unknown;
  try {
    for await (const chunk of source) chunks.push(Buffer.from(chunk));
  } catch (fault) {
    error = fault;
  }
  return { text: Buffer.concat(chunks).toString(), error };
}

/** More than a megabyte that barely compresses. */
const LARGE = Array.from(
  { length: 25_000 },
  (_, i) => `${createHash('sha256').update(`${i}`).digest('base64')}\n`,
).join('');

describe('a compressed log', () => {
  for (const [kind, base64] of Object.entries(WRITTEN)) {
    it(`of ${kind} is decompressed, however it is split`, async () => {
      const bytes = Buffer.from(base64, 'base64');
      for (const size of [1, 7, 100_000]) {
        assert.deepEqual(await drained(textOf(split(bytes, size))), {
          text: 'first\nsecond\n',
          error: undefined,
        });
      }
    });

    it(`of ${kind} that is truncated fails`, async () => {
      const bytes = Buffer.from(base64, 'base64');
      const { error } = await drained(
        textOf(split(bytes.subarray(0, kind === 'zip' ? 90 : bytes.length - 20), 1000)),
      );
      assert.match(
        String(error),
        /^Error: (?:unexpected end of file|its compressed data is truncated or damaged)$/,
      );
    });
  }

  it('of a zip archive with another method is refused with advice', async () => {
    const archive = Buffer.from(zipSync({ 'a.log': Buffer.from(LARGE) }));
    // The method of the first file, of bzip2.
    archive.writeUInt16LE(12, 8);
    const { text, error } = await drained(textOf(split(archive, 1000)));
    assert.deepEqual(
      [text, String(error)],
      ['', 'Error: it has a file compressed by another method than deflate: unpack it first'],
    );
  });

  for (const [kind, compressed] of [
    ['gzip', gzipSync(LARGE)],
    ['zstd', zstdCompressSync(LARGE)],
    ['zip', zipSync({ 'a.log': Buffer.from(LARGE) })],
  ] as const) {
    it(`of ${kind} may be large, and is read up to its end if it is truncated`, async () => {
      assert.deepEqual(await drained(textOf(split(compressed, 100_000))), { text: LARGE, error: undefined });
      const { text, error } = await drained(
        textOf(split(compressed.subarray(0, compressed.length / 2), 100_000)),
      );
      assert.ok(error instanceof Error, String(error));
      assert.ok(text.length > LARGE.length * 0.3, `${text.length} of ${LARGE.length}`);
      assert.ok(LARGE.startsWith(text));
    });
  }

  it('of brotli is decompressed', async () => {
    const compressed = brotliCompressSync('first\nsecond\n');
    assert.deepEqual(await drained(unbrotlied(split(compressed, 3))), {
      text: 'first\nsecond\n',
      error: undefined,
    });
  });

  it('of another kind is refused with advice', async () => {
    for (const [hex, message] of [
      ['377abcaf271c0004', /7z archive: unpack it first/],
      ['1f9d90', /compressed by compress/],
      ['04224d1864', /LZ4/],
      ['526172211a07', /RAR/],
    ] as const) {
      const { text, error } = await drained(textOf(split(Buffer.from(hex, 'hex'), 100)));
      assert.equal(text, '');
      assert.match(String(error), message);
    }
  });
});

describe('a log in UTF-16', () => {
  it('is converted, whatever its byte order, compressed or not', async () => {
    const little = Buffer.from('\uFEFFé first\nsecond\n', 'utf16le');
    const big = Buffer.from(little).swap16();
    for (const bytes of [little, big, gzipSync(little)]) {
      for (const size of [1, 3, 1000]) {
        assert.deepEqual(await drained(textOf(split(bytes, size))), {
          text: 'é first\nsecond\n',
          error: undefined,
        });
      }
    }
  });
});
