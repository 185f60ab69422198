import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { rounds } from '../../test/fixtures/rounds.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { linesOf, passErrorsLast, sampled, textOf } from './source.ts';

/** A source that returns the content in blocks of a size, and then fails if required. */
async function* chunked(content: Buffer, size = 1000, fault?: Error): AsyncGenerator<Buffer> {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
  if (fault) throw fault;
}

/** All received data, and the error that ended it. */
async function drained(source: AsyncIterable<Buffer>): Promise<{ content: Buffer; error: unknown }> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of source) chunks.push(Buffer.from(chunk));
  } catch (error) {
    return { content: Buffer.concat(chunks), error };
  }
  return { content: Buffer.concat(chunks), error: undefined };
}

/** Nearly half a megabyte that barely compresses. */
const LARGE = Buffer.from(
  Array.from({ length: 10_000 }, (_, i) => createHash('sha256').update(`${i}`).digest('base64')).join(''),
);

function noFault(error: unknown): void {
  assert.fail(String(error));
}

describe('a compressed log', () => {
  it('is decompressed, however it is split', async () => {
    for (const size of [1, 7, 100_000]) {
      const content = LARGE.subarray(0, 2000 * size);
      const { content: got, error } = await drained(textOf(chunked(gzipSync(content), size)));
      assert.equal(error, undefined);
      assert.ok(got.equals(content));
    }
  });

  it('may have several gzip members, as when logs are concatenated', async () => {
    const parts = ['first\n', '', 'second\n'].map((text) => gzipSync(text));
    const { content, error } = await drained(textOf(chunked(Buffer.concat(parts), 5)));
    assert.deepEqual([content.toString(), error], ['first\nsecond\n', undefined]);
  });

  it('that is not compressed is passed through', async () => {
    for (const text of ['', 'a', 'ab', '\x1f', 'a plain line\n']) {
      const { content, error } = await drained(textOf(chunked(Buffer.from(text, 'latin1'), 1)));
      assert.deepEqual([content.toString('latin1'), error], [text, undefined]);
    }
  });

  it('that is truncated gives all data before the end, then fails', async () => {
    const whole = gzipSync(LARGE);
    for (const size of [1000, 1_000_000]) {
      const half = whole.subarray(0, whole.length / 2);
      const { content, error } = await drained(textOf(chunked(half, size)));
      assert.ok(content.length > LARGE.length * 0.49, `${content.length} of ${LARGE.length} bytes`);
      assert.ok(LARGE.subarray(0, content.length).equals(content));
      assert.match(String(error), /unexpected end of file/);
    }
  });

  it('that is damaged gives all data before the damage, then fails', async () => {
    const damaged = gzipSync(LARGE);
    damaged.fill(0xff, damaged.length / 2, damaged.length / 2 + 100);
    const { content, error } = await drained(textOf(chunked(damaged, 1_000_000)));
    assert.ok(error instanceof Error);
    assert.ok(content.length > 0);
  });

  it('closes its source, wherever the reader stops', async () => {
    for (const content of [
      gzipSync(LARGE),
      LARGE,
      Buffer.from('377abcaf271c0004', 'hex'),
      Buffer.from('a'),
    ]) {
      let closed = false;
      const source = (async function* () {
        try {
          for (let at = 0; at < content.length; at += 1000) yield content.subarray(at, at + 1000);
        } finally {
          closed = true;
        }
      })();
      try {
        for await (const _ of textOf(source)) break;
      } catch (error) {
        assert.match(String(error), /7z archive/);
      }
      assert.ok(closed);
    }
  });

  it('passes on the error of its source', async () => {
    const source = chunked(gzipSync(LARGE).subarray(0, 1000), 100, new Error('the disk is gone'));
    assert.match(String((await drained(textOf(source))).error), /the disk is gone/);
  });
});

describe('a truncated log', () => {
  it('ends with its last complete line', async () => {
    const faults: unknown[] = [];
    const source = chunked(Buffer.from('one\ntwo\nthr'), 2, new Error('cut'));
    const { content, error } = await drained(passErrorsLast(source, (fault) => faults.push(fault)));
    assert.deepEqual([content.toString(), error], ['one\ntwo\n', undefined]);
    assert.match(String(faults), /cut/);
  });

  it('that is not truncated is unchanged, however it is split', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('a', 'bcd', '\n', '\r\n')),
        fc.integer({ min: 1, max: 9 }),
        async (parts, size) => {
          const text = parts.join('');
          const source = passErrorsLast(chunked(Buffer.from(text), size), noFault);
          assert.equal((await drained(source)).content.toString(), text);
        },
      ),
      { numRuns: rounds(100, 30), seed: 7 },
    );
  });

  it('does not hold back more than the longest line that is parsed', async () => {
    let largest = 0;
    let given = 0;
    let got = 0;
    const source = (async function* () {
      for (let i = 0; i < 100; i++) {
        given += 65_536;
        yield Buffer.alloc(65_536, 'x');
      }
    })();
    for await (const chunk of passErrorsLast(source, noFault)) {
      largest = Math.max(largest, given - got);
      got += chunk.length;
    }
    assert.equal(got, given);
    assert.ok(largest < 1_000_000, `${largest} bytes were held back`);
  });
});

describe('a sample of a log', () => {
  it('leaves the log complete', async () => {
    const { text, sample } = await sampled(chunked(LARGE), false);
    assert.equal(sample.length, 65_536);
    assert.ok((await drained(text)).content.equals(LARGE));
  });

  it('of a growing log waits for at most one line', { timeout: scaledTimeout(2000) }, async () => {
    const source = (async function* () {
      yield Buffer.from('a line\n');
      await new Promise(() => undefined);
    })();
    assert.equal((await sampled(source, true)).sample, 'a line\n');
  });

  it('omits a last line that may be cut, unless it is the only one', () => {
    assert.deepEqual(linesOf('a\nb\nc'), ['a', 'b']);
    assert.deepEqual(linesOf('a'), ['a']);
  });
});
