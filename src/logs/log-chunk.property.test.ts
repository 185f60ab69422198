import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  chunked,
  collected,
  contentOf,
  numbersIn,
  numbersOf,
  stored,
  walk,
} from '../../test/fixtures/log-chunks.ts';
import { logLine } from '../../test/fixtures/log-line.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import type { ImportedChunk } from '../trackers/imported-chunks.ts';
import { ImportRegistry } from './import-registry.ts';

const RUNS = { numRuns: rounds(150, 40), seed: 7 };

const chunkSizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 });
const pieceSize = fc.integer({ min: 1, max: 400 });
const anyContent = fc
  .array(fc.oneof(fc.string({ maxLength: 80 }), fc.constantFrom('\n', '\r\n', '\n\n', '[] "', '\0')))
  .map((parts) => parts.join(''));
/** Lines, some of them unreadable; each readable one has its own number. */
const log = fc
  .array(fc.constantFrom('line', 'line', 'line', 'garbage', 'blank'), { minLength: 1, maxLength: 30 })
  .map((kinds) =>
    kinds
      .map((kind, i) =>
        kind === 'line' ? logLine({ path: `/${i}` }) : kind === 'blank' ? '\r\n' : `no line "${i}" [\n`,
      )
      .join(''),
  );

describe('a log in chunks', () => {
  it('that is shorter than an imported one is refused, and one that has grown is not', async () => {
    await fc.assert(
      fc.asyncProperty(log, pieceSize, chunkSizes, fc.nat(), async (rest, size, sizes, end) => {
        // The first line identifies a log.
        const content = logLine({ path: '/first' }) + rest;
        const canRead = () => true;
        const chunks = await collected(walk(chunked(content, sizes), { size, canRead }));
        const known = () => new ImportRegistry(stored(chunks));
        const again = (text: string) =>
          collected(walk(chunked(text, sizes), { size, canRead, registry: known(), refuseCopies: true }));
        const firstLine = content.indexOf('\n') + 1;
        const copy = content.slice(0, firstLine + (end % content.length));
        const ends = new Set([0]);
        for (const { bytes } of chunks) ends.add([...ends].at(-1)! + bytes.length);
        const isWhole = ends.has(Buffer.byteLength(copy));
        const refused = await again(copy).then(
          () => false,
          () => true,
        );
        // Only a copy that ends with a chunk is known to have nothing new; one that ends in the first line of a chunk may be new.
        const start = [...ends].findLast((at) => at <= copy.length)!;
        const hasLine = copy.slice(start).includes('\n');
        if (isWhole) assert.ok(!refused, copy);
        else if (hasLine) assert.ok(refused, copy);
        assert.ok((await again(`${content}${logLine({ path: '/new' })}`)).some(({ kind }) => kind === 'new'));
      }),
      RUNS,
    );
  });

  it('is the same log, whatever it contains and however it is split', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyContent,
        pieceSize,
        chunkSizes,
        fc.boolean(),
        async (content, size, sizes, readable) => {
          const chunks = await collected(walk(chunked(content, sizes), { size, canRead: () => readable }));
          assert.equal(contentOf(chunks), Buffer.from(content).toString('latin1'));
          assert.ok(chunks.every(({ bytes }) => bytes.length > 0));
          const open = chunks.filter(({ bytes }) => bytes.at(-1) !== 10);
          assert.ok(
            open.length === 0 || (open.length === 1 && open[0] === chunks.at(-1)),
            'chunks end with lines',
          );
        },
      ),
      RUNS,
    );
  });

  it('is recognized completely when it comes again, split differently and with another chunk size', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyContent,
        fc.tuple(pieceSize, pieceSize),
        fc.tuple(chunkSizes, chunkSizes),
        async (content, [size, otherSize], [sizes, otherSizes]) => {
          const canRead = () => true;
          const first = await collected(walk(chunked(content, sizes), { size, canRead }));
          const registry = new ImportRegistry(stored(first));
          const second = await collected(
            walk(chunked(content, otherSizes), { size: otherSize, canRead, registry }),
          );
          assert.deepEqual(
            second.map(({ kind, bytes }) => [kind, bytes.length]),
            first.map(({ bytes }) => ['known', bytes.length]),
          );
        },
      ),
      RUNS,
    );
  });

  it('returns each line once, however often it is read while it grows', async () => {
    await fc.assert(
      fc.asyncProperty(
        log,
        fc.array(fc.tuple(fc.nat(2000), pieceSize, chunkSizes), { maxLength: 4 }),
        async (content, looks) => {
          const known: ImportedChunk[] = [];
          const numbers: number[] = [];
          const lengths = looks.map(([length]) => length).sort((a, b) => a - b);
          for (const [index, length] of [...lengths, content.length].entries()) {
            const [, size, sizes] = looks[index] ?? [0, 100, [64]];
            const registry = new ImportRegistry(known);
            const chunks = await collected(
              walk(chunked(content.slice(0, length), sizes), { size, registry }),
            );
            known.push(...stored(chunks));
            numbers.push(...numbersIn(chunks));
          }
          assert.deepEqual(numbers, numbersOf(content));
        },
      ),
      RUNS,
    );
  });

  it('returns each line to one of two concurrent readers', async () => {
    await fc.assert(
      fc.asyncProperty(
        log,
        fc.tuple(pieceSize, pieceSize),
        fc.tuple(chunkSizes, chunkSizes),
        async (content, sizesOfPieces, sizesOfChunks) => {
          const registry = new ImportRegistry();
          const walks = await Promise.all(
            sizesOfPieces.map((size, i) =>
              collected(walk(chunked(content, sizesOfChunks[i]), { size, registry })),
            ),
          );
          assert.deepEqual(
            walks.flatMap(numbersIn).sort((a, b) => a - b),
            numbersOf(content),
          );
        },
      ),
      RUNS,
    );
  });
});
