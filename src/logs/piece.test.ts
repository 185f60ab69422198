import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { logLine } from '../../test/fixtures/log-line.ts';
import type { KnownPiece } from '../trackers/db.ts';
import { Ledger } from './ledger.ts';
import { type Piece, piecesOf } from './piece.ts';

const SITE = 'example.com';
const RUNS = { numRuns: 150, seed: 7 };
/** A line that can be read, and the number in it. */
const READABLE = /\[.*\] "GET \/(\d+) HTTP\/1\.1" 200/;

interface Walk {
  readonly size?: number;
  readonly patience?: number;
  readonly ledger?: Ledger;
  readonly canRead?: (line: Buffer) => boolean;
}

function walk(source: AsyncIterable<Buffer>, options: Walk = {}): AsyncGenerator<Piece> {
  const { size = 100, patience = Number.POSITIVE_INFINITY, ledger = new Ledger() } = options;
  const canRead = options.canRead ?? ((line) => READABLE.test(line.toString()));
  return piecesOf(source, { site: SITE, size, patience, canRead, openLedger: async () => ledger });
}

/** A source that gives the content in chunks of these sizes, in turn. */
async function* chunked(content: Buffer | string, sizes: readonly number[] = [64]): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(content);
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const end = at + sizes[turn % sizes.length]!;
    // Others have their turn between two chunks, as with a real file.
    await new Promise(setImmediate);
    yield bytes.subarray(at, end);
    at = end;
  }
}

async function collected<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** What the store has after an import that gave these pieces. */
function stored(pieces: readonly Piece[]): KnownPiece[] {
  return pieces.flatMap((piece) =>
    piece.kind === 'new'
      ? { parent: piece.parent, digest: piece.digest, size: piece.bytes.length, lines: 1, line_breaks: 1 }
      : [],
  );
}

function contentOf(pieces: readonly Piece[]): string {
  return Buffer.concat(pieces.map(({ bytes }) => bytes)).toString('latin1');
}

function kindsOf(pieces: readonly Piece[]): string[] {
  return pieces.map(({ kind }) => kind);
}

/** Numbers of the lines that new pieces gave to read. */
function numbersIn(pieces: readonly Piece[]): number[] {
  return pieces
    .filter(({ kind }) => kind === 'new')
    .flatMap(({ bytes }) => bytes.toString().split('\n'))
    .flatMap((line) => Number(READABLE.exec(line)?.[1] ?? Number.NaN))
    .filter((number) => !Number.isNaN(number));
}

const chunkSizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 });
const pieceSize = fc.integer({ min: 1, max: 400 });
const anyContent = fc
  .array(fc.oneof(fc.string({ maxLength: 80 }), fc.constantFrom('\n', '\r\n', '\n\n', '[] "', '\0')))
  .map((parts) => parts.join(''));
/** Lines of which some cannot be read; each that can has a number of its own. */
const log = fc
  .array(fc.constantFrom('line', 'line', 'line', 'garbage', 'blank'), { minLength: 1, maxLength: 30 })
  .map((kinds) =>
    kinds
      .map((kind, i) =>
        kind === 'line' ? logLine({ path: `/${i}` }) : kind === 'blank' ? '\r\n' : `no line "${i}" [\n`,
      )
      .join(''),
  );

describe('a log in pieces', () => {
  it('is the same log, whatever it holds and however it comes', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyContent,
        pieceSize,
        chunkSizes,
        fc.boolean(),
        async (content, size, sizes, readable) => {
          const pieces = await collected(walk(chunked(content, sizes), { size, canRead: () => readable }));
          assert.equal(contentOf(pieces), Buffer.from(content).toString('latin1'));
          assert.ok(pieces.every(({ bytes }) => bytes.length > 0));
          const open = pieces.filter(({ bytes }) => bytes.at(-1) !== 10);
          assert.ok(
            open.length === 0 || (open.length === 1 && open[0] === pieces.at(-1)),
            'pieces end with lines',
          );
        },
      ),
      RUNS,
    );
  });

  it('is known as a whole when it comes again, in other chunks and with another size of pieces', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyContent,
        fc.tuple(pieceSize, pieceSize),
        fc.tuple(chunkSizes, chunkSizes),
        async (content, [size, otherSize], [sizes, otherSizes]) => {
          const canRead = () => true;
          const first = await collected(walk(chunked(content, sizes), { size, canRead }));
          const ledger = new Ledger(stored(first));
          const second = await collected(
            walk(chunked(content, otherSizes), { size: otherSize, canRead, ledger }),
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

  it('gives each line to read once, however often it is read while it grows', async () => {
    await fc.assert(
      fc.asyncProperty(
        log,
        fc.array(fc.tuple(fc.nat(2000), pieceSize, chunkSizes), { maxLength: 4 }),
        async (content, looks) => {
          const known: KnownPiece[] = [];
          const numbers: number[] = [];
          const lengths = looks.map(([length]) => length).sort((a, b) => a - b);
          for (const [index, length] of [...lengths, content.length].entries()) {
            const [, size, sizes] = looks[index] ?? [0, 100, [64]];
            const ledger = new Ledger(known);
            const pieces = await collected(walk(chunked(content.slice(0, length), sizes), { size, ledger }));
            known.push(...stored(pieces));
            numbers.push(...numbersIn(pieces));
          }
          assert.deepEqual(numbers, numbersOf(content));
        },
      ),
      RUNS,
    );
  });

  it('gives each line to one of two that read it at the same time', async () => {
    await fc.assert(
      fc.asyncProperty(
        log,
        fc.tuple(pieceSize, pieceSize),
        fc.tuple(chunkSizes, chunkSizes),
        async (content, sizesOfPieces, sizesOfChunks) => {
          const ledger = new Ledger();
          const walks = await Promise.all(
            sizesOfPieces.map((size, i) =>
              collected(walk(chunked(content, sizesOfChunks[i]), { size, ledger })),
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

  it('that is empty has none', async () => {
    assert.deepEqual(await collected(walk(chunked(''))), []);
  });

  it('that grew has its known ones first, and then what is new', async () => {
    const before = logLine({ path: '/1' }) + logLine({ path: '/2' });
    const after = logLine({ path: '/3' });
    const ledger = new Ledger(stored(await collected(walk(chunked(before)))));
    const pieces = await collected(walk(chunked(before + after), { ledger }));
    assert.equal(pieces.at(-1)?.bytes.toString(), after);
    assert.deepEqual(kindsOf(pieces), [...pieces.slice(0, -1).map(() => 'known'), 'new']);
  });

  it('with the first line of another one is told from it', async () => {
    const first = logLine({ path: '/1' });
    const ledger = new Ledger(stored(await collected(walk(chunked(first + logLine({ path: '/2' }))))));
    const pieces = await collected(walk(chunked(first + logLine({ path: '/3' })), { ledger, size: 1000 }));
    assert.deepEqual(kindsOf(pieces), ['known', 'new'], 'as far as they are the same they are one log');
    assert.deepEqual(numbersIn(pieces), [3]);
  });

  it('of another site is another log', async () => {
    const roots: string[] = [];
    for (const site of ['a.example', 'b.example']) {
      const pieces = piecesOf(chunked(logLine()), {
        site,
        size: 100,
        patience: Number.POSITIVE_INFINITY,
        canRead: () => true,
        openLedger: async (root) => {
          roots.push(root);
          return new Ledger();
        },
      });
      await collected(pieces);
    }
    assert.notEqual(roots[0], roots[1]);
  });

  it('that ends within a line which can be read has that line once, and never the rest of it', async () => {
    const line = logLine({ path: '/2' });
    const cut = line.slice(0, line.indexOf('Gecko'));
    const first = await collected(walk(chunked(logLine({ path: '/1' }) + cut)));
    assert.deepEqual(numbersIn(first), [1, 2]);
    const ledger = new Ledger(stored(first));
    const whole = logLine({ path: '/1' }) + line + logLine({ path: '/3' });
    const second = await collected(walk(chunked(whole), { ledger }));
    assert.deepEqual(kindsOf(second), ['known', 'known', 'new']);
    assert.equal(second.at(-1)?.bytes.toString(), logLine({ path: '/3' }));
  });

  it('that is one line without an end is known when the line has grown', async () => {
    const line = logLine({ path: '/1' });
    const first = await collected(walk(chunked(line.slice(0, -20))));
    const second = await collected(walk(chunked(line), { ledger: new Ledger(stored(first)) }));
    assert.deepEqual([kindsOf(first), kindsOf(second)], [['new'], ['known']]);
  });

  it('that ends within a line which cannot be read says so, and has it when it is whole', async () => {
    const line = logLine({ path: '/2' });
    const cut = line.slice(0, line.indexOf('HTTP'));
    const first = await collected(walk(chunked(logLine({ path: '/1' }) + cut)));
    assert.deepEqual(kindsOf(first), ['new', 'unfinished']);
    assert.equal(first.at(-1)?.bytes.toString(), cut);
    const whole = logLine({ path: '/1' }) + line;
    const second = await collected(walk(chunked(whole), { ledger: new Ledger(stored(first)) }));
    assert.deepEqual(numbersIn(second), [2]);
  });

  it('cuts a line that is longer than any that is read, and goes on behind it', async () => {
    const content = `${logLine({ path: '/1' })}${'x'.repeat(2_000_000)}\n${logLine({ path: '/2' })}`;
    const first = await collected(walk(chunked(content, [65_536])));
    assert.ok(contentOf(first).length < 500_000, 'the rest of it is left out');
    assert.deepEqual(numbersIn(first), [1, 2]);
    const second = await collected(walk(chunked(content, [10_000]), { ledger: new Ledger(stored(first)) }));
    assert.deepEqual(new Set(kindsOf(second)), new Set(['known']));
  });
});

describe('a growing log in pieces', () => {
  it('gives what is there after a while, also when more comes all the time', { timeout: 5000 }, async () => {
    const source = (async function* () {
      for (let i = 0; i < 80; i++) {
        yield Buffer.from(logLine({ path: `/${i}` }));
        await sleep(5);
      }
    })();
    const pieces = await collected(walk(source, { size: 1_000_000, patience: 30 }));
    assert.ok(pieces.length > 3, `${pieces.length} pieces`);
    assert.deepEqual(numbersIn(pieces), [...Array(80).keys()]);
  });

  it('waits for the end of a line', { timeout: 5000 }, async () => {
    const line = logLine({ path: '/2' });
    const source = (async function* () {
      yield Buffer.from(logLine({ path: '/1' }) + line.slice(0, -10));
      await sleep(100);
      yield Buffer.from(line.slice(-10));
    })();
    const pieces = await collected(walk(source, { patience: 20 }));
    assert.deepEqual(
      pieces.map(({ bytes }) => bytes.toString()),
      [logLine({ path: '/1' }), line],
    );
  });

  it('that begins like a known one does not wait until it is as long', { timeout: 5000 }, async () => {
    const lines = [1, 2, 3].map((number) => logLine({ path: `/${number}` }));
    const known = stored(await collected(walk(chunked(lines.join('')), { size: 10_000 })));
    assert.equal(known.length, 1);
    for (const line of [logLine({ path: '/4' }), logLine({ path: '/1' })]) {
      const source = (async function* () {
        yield Buffer.from(line);
        await new Promise(() => undefined);
      })();
      const pieces = walk(source, { ledger: new Ledger(known), patience: 20 });
      const { value } = await pieces.next();
      assert.deepEqual([value?.kind, value?.bytes.toString()], ['new', line]);
    }
  });

  it('leaves to another import what that one took meanwhile', { timeout: 5000 }, async () => {
    const ledger = new Ledger();
    const lines = [1, 2, 3].map((number) => logLine({ path: `/${number}` }));
    const { promise: othersTurn, resolve: begin } = Promise.withResolvers<void>();
    const { promise: othersEnd, resolve: end } = Promise.withResolvers<void>();
    const source = (async function* () {
      yield Buffer.from(lines[0]!);
      await othersEnd;
      yield Buffer.from(lines[1]!);
      yield Buffer.from(lines[2]!);
    })();
    const followed = (async () => {
      const pieces: Piece[] = [];
      for await (const piece of walk(source, { ledger, patience: 20 })) {
        pieces.push(piece);
        begin();
      }
      return pieces;
    })();
    await othersTurn;
    const other = await collected(walk(chunked(lines[0]! + lines[1]!), { ledger }));
    end();
    assert.deepEqual(numbersIn(other), [2]);
    assert.deepEqual(numbersIn(await followed), [1, 3]);
  });
});

function numbersOf(content: string): number[] {
  return content.split('\n').flatMap((line) => {
    const match = READABLE.exec(line);
    return match ? Number(match[1]) : [];
  });
}
