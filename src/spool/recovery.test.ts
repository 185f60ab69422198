import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { hitOf } from '../../test/fixtures/hit.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { Lines, pathsIn, Shelf } from '../../test/fixtures/shelf.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { writtenGroup } from '../../test/fixtures/written-rows.ts';
import { RowWriter } from '../rows/row.ts';
import { ROW_LAYOUT } from '../rows/row-layout.ts';
import { readRows } from '../rows/row-reader.ts';
import { finishBatchWithRecords, writeBatchWithRecords } from './batch-records.ts';
import { Names } from './names.ts';
import { recoverSegments } from './recovery.ts';
import { fileOf, nameOf, type Segment } from './segment.ts';
import { Spool } from './spool.ts';

const options = { timeout: scaledTimeout(30_000) };

/** Groups of one hit, two hits, three hits, …, and where each ends. */
function groups(count: number): { bytes: Buffer; ends: number[]; hits: number[] } {
  const rows = new RowWriter();
  const sealed: Buffer[] = [];
  const ends: number[] = [];
  const hits: number[] = [];
  let hit = 0;
  let end = 0;
  for (let group = 1; group <= count; group++) {
    for (let i = 0; i < group; i++) rows.write(hitOf({ path: `/hit-${hit++}`, title: 'Grüße 👋' }));
    sealed.push(Buffer.from(rows.seal()));
    end += sealed.at(-1)!.length;
    ends.push(end);
    hits.push(hit);
  }
  return { bytes: Buffer.concat(sealed), ends, hits };
}

/** Number of hits in the complete groups within the first `length` bytes. */
function hitsWithin({ ends, hits }: { ends: number[]; hits: number[] }, length: number): number {
  return hits.filter((_, group) => ends[group]! <= length).at(-1) ?? 0;
}

function file(sequence: number, state: 'open' | 'rows' | 'noted' | 'note' | 'new'): string {
  return fileOf(nameOf(sequence, 0x2a, state));
}

function hitsOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, { hits }) => sum + hits, 0);
}

function clear(folder: string): void {
  for (const each of readdirSync(folder)) rmSync(join(folder, each), { recursive: true });
}

/** Bytes from one tear to the next: a prime, so that tears are at all positions of a row. */
const EVERY = rounds(1, 5, 1);

describe('recovery of an open segment', () => {
  const whole = groups(4);

  test('keeps complete groups, wherever it was torn', options, async (t) => {
    const folder = temporaryFolder(t);
    for (let length = whole.bytes.length; length >= 0; length -= EVERY) {
      writeFileSync(join(folder, file(1, 'open')), whole.bytes.subarray(0, length));
      const { segments, damages } = await recoverSegments(folder, new Names());
      assert.equal(hitsOf(segments), hitsWithin(whole, length));
      assert.deepEqual(damages, []);
      for (const { path, bytes, hits } of segments) {
        assert.equal(pathsIn(readFileSync(path)).length, hits);
        assert.equal(readFileSync(path).length, bytes);
        rmSync(path);
      }
      assert.deepEqual(readdirSync(folder), []);
    }
  });

  test('keeps the groups before zeros, which a power cut may leave', options, async (t) => {
    const folder = temporaryFolder(t);
    const check = async (length: number, zeros: number) => {
      clear(folder);
      const content = Buffer.concat([whole.bytes.subarray(0, length), Buffer.alloc(zeros)]);
      writeFileSync(join(folder, file(1, 'open')), content);
      const { segments } = await recoverSegments(folder, new Names());
      // The torn bytes may happen to be zeros: a seal ends with some.
      const same = content.findIndex((byte, at) => byte !== whole.bytes[at]);
      assert.equal(hitsOf(segments), hitsWithin(whole, same < 0 ? content.length : same));
      for (const { path, hits } of segments) {
        assert.equal(pathsIn(readFileSync(path)).length, hits);
        assert.ok(whole.ends.includes(readFileSync(path).length));
      }
    };
    for (const zeros of [1, 34, 35, 36, 70, 4096]) await check(whole.bytes.length, zeros);
    await fc.assert(fc.asyncProperty(fc.nat(whole.bytes.length), fc.nat(5000), check), {
      seed: 1,
      numRuns: rounds(100, 30),
    });
  });

  test('gives the same result twice', options, async (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, file(1, 'open')), whole.bytes.subarray(0, whole.bytes.length - 1));
    const first = await recoverSegments(folder, new Names());
    assert.equal(hitsOf(first.segments), 6);
    assert.deepEqual(await recoverSegments(folder, new Names()), first);
  });
});

describe('recovery of finished segments', () => {
  test(
    'delivers the oldest first, and gives later ids to unfinished and new segments',
    options,
    async (t) => {
      const folder = temporaryFolder(t);
      const inTheFuture = Date.now() + 1e9;
      for (const [index, sequence] of [2, 7, 3, inTheFuture].entries()) {
        const rows = new RowWriter();
        rows.write(hitOf({ path: `/hit-${index}` }));
        writeFileSync(join(folder, file(sequence, index === 0 ? 'open' : 'rows')), rows.seal());
      }
      const shelf = new Shelf();
      const spool = await Spool.open({
        folder,
        durability: 'disk',
        maxBytes: 1e9,
        sinks: [shelf],
        log: new Lines(),
      });
      await new Promise<void>((resolve) => spool.append(hitOf({ path: '/hit-9' }), () => resolve()));
      await spool.close();
      assert.deepEqual(shelf.paths, ['/hit-2', '/hit-1', '/hit-3', '/hit-0', '/hit-9']);
      const ids = shelf.batches.map(({ id }) => id);
      // Finished ones keep theirs. The other may not have an id yet, and gets one of a new writer.
      assert.deepEqual(
        ids.slice(0, 3),
        [3, 7, inTheFuture].map((sequence) => (BigInt(sequence) << 22n) | 0x2an),
      );
      assert.notEqual(ids[3]! & 0x3fffffn, 0x2an);
      assert.equal(ids[4]! & 0x3fffffn, BigInt(spool.writer));
      assert.notEqual(ids[3]! & 0x3fffffn, ids[4]! & 0x3fffffn);
      assert.deepEqual(
        ids,
        ids.toSorted((a, b) => (a < b ? -1 : 1)),
      );
    },
  );
});

describe('recovery of a batch with notes', () => {
  const { bytes } = groups(3);
  const note = { digest: 'abc', lines: 6 };
  const name = nameOf(5, 0x2a, 'noted');

  async function leftBehind(folder: string): Promise<void> {
    const batch = await writeBatchWithRecords(folder, nameOf(4, 0x2a, 'new'), [bytes], {
      hits: 6,
      notes: [note],
    });
    await finishBatchWithRecords(folder, batch, name).rename!.durable();
  }

  test('restores it unchanged', options, async (t) => {
    const folder = temporaryFolder(t);
    await leftBehind(folder);
    const { segments } = await recoverSegments(folder, new Names());
    assert.equal(segments[0]?.hits, 6);
    assert.equal(segments[0]?.kind, 'import');
    assert.equal(segments[0]?.records[0]?.digest, 'abc');
    assert.equal(segments[0]?.bytes, bytes.length);
  });

  test('drops unfinished batches', options, async (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, file(6, 'new')), bytes);
    writeFileSync(join(folder, file(6, 'note')), '{}');
    const { segments } = await recoverSegments(folder, new Names());
    assert.deepEqual(segments, []);
    assert.deepEqual(readdirSync(folder), []);
  });

  test('leaves nothing of a batch that could not be written', options, async (t) => {
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, file(4, 'new')));
    const written = writeBatchWithRecords(folder, nameOf(4, 0x2a, 'new'), [bytes], {
      hits: 6,
      notes: [note],
    });
    await assert.rejects(written, { code: 'EEXIST' });
    assert.deepEqual(readdirSync(folder), [file(4, 'new')]);
  });
});

describe('in a spool’s folder', () => {
  test('foreign files are left alone', options, async (t) => {
    const folder = temporaryFolder(t);
    const others = [
      'readme.txt',
      'a.rows',
      'b.new',
      'c.note',
      `${file(1, 'rows')}.bak`,
      `x${file(1, 'new')}`,
    ];
    for (const other of others) writeFileSync(join(folder, other), 'mine');
    mkdirSync(join(folder, 'lost+found'));
    const spool = await Spool.open({
      ...{ folder, durability: 'disk', maxBytes: 1e9 },
      ...{ sinks: [new Shelf()], log: new Lines() },
    });
    await spool.close();
    assert.deepEqual(readdirSync(folder).sort(), [...others, 'lost+found'].sort());
  });

  test('segments of an older version keep their layout, and their whole groups', options, async (t) => {
    const folder = temporaryFolder(t);
    const hits = Array.from({ length: 4 }, (_, i) => hitOf({ path: `/hit-${i}`, region: 'US-CA' }));
    const old = (sequence: number, state: 'open' | 'rows') =>
      join(folder, fileOf({ ...nameOf(sequence, 0x2a, state), layout: 1 }));
    const group = writtenGroup(hits, 1);
    writeFileSync(old(1, 'rows'), group);
    const damaged = Buffer.concat([group, group, group]);
    damaged[group.length + 30]! ^= 1;
    writeFileSync(old(2, 'rows'), damaged);
    writeFileSync(old(3, 'open'), Buffer.concat([group, group.subarray(0, -1)]));
    const { segments, damages } = await recoverSegments(folder, new Names());
    assert.deepEqual(
      segments.map(({ layout, hits }) => [layout, hits]),
      [
        [1, 4],
        [1, 8],
        [1, 4],
      ],
    );
    assert.deepEqual(
      damages.map(({ hits, isMore }) => [hits, isMore]),
      [[4, false]],
    );
    for (const { path, layout } of segments) {
      const read = [...readRows(readFileSync(path), layout)];
      assert.deepEqual(
        read.slice(0, 4).map(({ path, region }) => [path, region]),
        hits.map(({ path }) => [path, '']),
      );
    }
  });

  test('segments of a newer version are refused, and nothing is changed', options, async (t) => {
    const folder = temporaryFolder(t);
    const newer = fileOf({ ...nameOf(2, 1, 'rows'), layout: ROW_LAYOUT + 1 });
    writeFileSync(join(folder, file(1, 'open')), groups(2).bytes.subarray(0, -1));
    writeFileSync(join(folder, newer), 'rows of the future');
    const before = readdirSync(folder).map((each) => readFileSync(join(folder, each)));
    await assert.rejects(recoverSegments(folder, new Names()), {
      code: 'data_dir_newer',
      message: /install a newer one/,
    });
    assert.deepEqual(
      readdirSync(folder).map((each) => readFileSync(join(folder, each))),
      before,
    );
  });
});
