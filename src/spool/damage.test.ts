import assert from 'node:assert/strict';
import {
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { crc32 } from 'node:zlib';
import { rounds } from '../../test/fixtures/rounds.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { Lines, pathsIn, Shelf } from '../../test/fixtures/shelf.ts';
import { batchOf, hits } from '../../test/fixtures/spool.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { Names } from './names.ts';
import { recoverSegments } from './recovery.ts';
import { fileOf, nameOf } from './segment.ts';
import { Spool } from './spool.ts';

const options = { timeout: scaledTimeout(120_000) };
const ID = (5n << 22n) | 0x2an;

/** One hit, two hits, three hits, each group sealed. */
const GROUPS = [hits(0, 1), hits(1, 3), hits(3, 6)].map((paths) => ({ paths, bytes: batchOf(paths) }));
const WHOLE = Buffer.concat(GROUPS.map(({ bytes }) => bytes));

function file(state: 'open' | 'rows' | 'noted' | 'note' | 'new'): string {
  return fileOf(nameOf(5, 0x2a, state));
}

function flipped(bytes: Buffer, bit: number): Buffer {
  const damaged = Buffer.from(bytes);
  damaged[bit >> 3]! ^= 1 << (bit & 7);
  return damaged;
}

/** Paths of all groups except the one that contains a byte. */
function pathsWithout(at: number): string[] {
  let end = 0;
  let isFound = false;
  return GROUPS.flatMap(({ paths, bytes }) => {
    end += bytes.length;
    const isHurt = !isFound && at < end;
    isFound ||= isHurt;
    return isHurt ? [] : paths;
  });
}

/** Opens a spool, lets it deliver everything, and closes it. */
async function delivered(folder: string) {
  const shelf = new Shelf();
  const log = new Lines();
  const spool = await Spool.open({ folder, durability: 'disk', maxBytes: 1e9, sinks: [shelf], log });
  await spool.close();
  return { shelf, log, damage: spool.damage };
}

for (const state of ['open', 'rows'] as const) {
  describe(`a segment (${state}) with one flipped bit`, () => {
    test('keeps all groups except the one with the bit, and counts what is lost', options, async (t) => {
      const folder = temporaryFolder(t);
      // Flipping each bit in turn is tested without a disk: rows/row-groups.test.ts.
      for (let bit = 0; bit < WHOLE.length * 8; bit += rounds(23, 131, 23)) {
        writeFileSync(join(folder, file(state)), flipped(WHOLE, bit));
        const { segments, damages } = await recoverSegments(folder, new Names());
        const expected = pathsWithout(bit >> 3);
        const rows = Buffer.concat(segments.map(({ path }) => readFileSync(path)));
        assert.deepEqual(pathsIn(rows), expected);
        assert.equal(segments[0]!.hits, expected.length);
        assert.equal(segments[0]!.bytes, rows.length);
        assert.equal(damages.length, 1);
        assert.equal(damages[0]!.bytes, WHOLE.length - rows.length);
        assert.ok(damages[0]!.isMore ? damages[0]!.hits === 0 : damages[0]!.hits === 6 - expected.length);
        assert.deepEqual(readFileSync(join(folder, 'damaged', file(state))), flipped(WHOLE, bit));
        for (const each of readdirSync(folder)) rmSync(join(folder, each), { recursive: true });
      }
    });

    test(
      'is delivered once, logged in one line and counted, and the original is set aside',
      options,
      async (t) => {
        const folder = temporaryFolder(t);
        const at = WHOLE.indexOf('/hit-2') + 5;
        const broken = flipped(WHOLE, at * 8);
        writeFileSync(join(folder, file(state)), broken);
        const { shelf, log, damage } = await delivered(folder);
        assert.deepEqual(shelf.paths, pathsWithout(at));
        assert.equal(shelf.batches[0]!.id === ID, state === 'rows');
        const lost = GROUPS[1]!.bytes.length;
        assert.deepEqual(damage, { segments: 1, bytes: lost, hits: 2 });
        assert.equal(
          log.all[0],
          `spool: ${file(state)} is damaged: ${lost} bytes with 2 hits are lost, 4 hits are kept; the original is in damaged/`,
        );
        assert.equal(log.all.length, 2);
        assert.deepEqual(readdirSync(folder), ['damaged']);
        assert.deepEqual(readFileSync(join(folder, 'damaged', file(state))), broken);
        const again = await delivered(folder);
        assert.deepEqual([again.shelf.paths, again.log.all, again.damage.segments], [[], [], 0]);
      },
    );
  });

  test(`a damaged segment (${state}) is recovered once, whenever recovery is killed`, options, async (t) => {
    const folder = temporaryFolder(t);
    const at = WHOLE.indexOf('/hit-2');
    const intact = Buffer.concat([GROUPS[0]!.bytes, GROUPS[2]!.bytes]);
    const inFolder = (name: string) => join(folder, name);
    const steps = [
      () => writeFileSync(inFolder(file(state)), flipped(WHOLE, at * 8)),
      () => mkdirSync(inFolder('damaged')),
      () => linkSync(inFolder(file(state)), inFolder(join('damaged', file(state)))),
      () => writeFileSync(inFolder(file('new')), intact.subarray(0, 100)),
      () => writeFileSync(inFolder(file('new')), intact),
      () => renameSync(inFolder(file('new')), inFolder(file(state))),
      () => renameSync(inFolder(file(state)), inFolder(file('rows'))),
    ];
    for (const [index, step] of steps.entries()) {
      step();
      const copy = temporaryFolder(t);
      // As after a kill at this moment: hard links to one file stay links to one file.
      cpSync(folder, copy, { recursive: true });
      const damaged = join(copy, 'damaged', file(state));
      if (index >= 2 && index < 5) {
        rmSync(damaged);
        linkSync(join(copy, file(state)), damaged);
      }
      const { shelf } = await delivered(copy);
      assert.deepEqual(shelf.paths, pathsWithout(at), `step ${index}`);
      assert.deepEqual(readdirSync(copy), ['damaged']);
      assert.deepEqual(readdirSync(join(copy, 'damaged')), [file(state)]);
      assert.deepEqual(readFileSync(damaged), flipped(WHOLE, at * 8));
    }
  });
}

describe('a segment without any intact group', () => {
  test('is set aside, and so is another one with the same name', options, async (t) => {
    const folder = temporaryFolder(t);
    for (const text of ['nothing that was ever a row', 'nor is this']) {
      writeFileSync(join(folder, file('rows')), text);
      const { shelf, log, damage } = await delivered(folder);
      assert.deepEqual(shelf.attempts, []);
      assert.deepEqual(damage, { segments: 1, bytes: text.length, hits: 0 });
      assert.match(log.all.join('\n'), /with an unknown number of hits are lost, 0 hits are kept/);
    }
    assert.equal(readFileSync(join(folder, 'damaged', file('rows')), 'utf8'), 'nothing that was ever a row');
    assert.equal(readFileSync(join(folder, 'damaged', `${file('rows')}.2`), 'utf8'), 'nor is this');
  });

  test('that was being written is torn, not damaged', options, async (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, file('open')), WHOLE.subarray(0, 50));
    const { shelf, log, damage } = await delivered(folder);
    assert.deepEqual([shelf.attempts, log.all, damage.segments], [[], [], 0]);
    assert.deepEqual(readdirSync(folder), []);
  });
});

test(
  'a finished segment with a torn end is damaged, since it was synced before it got its name',
  options,
  async (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, file('rows')), WHOLE.subarray(0, -1));
    const { shelf, damage } = await delivered(folder);
    assert.deepEqual(shelf.paths, hits(0, 3));
    assert.deepEqual(damage, { segments: 1, bytes: GROUPS[2]!.bytes.length - 1, hits: 0 });
  },
);

describe('a batch of an import', () => {
  const beside = JSON.stringify({
    segment_bytes: WHOLE.length,
    crc: crc32(JSON.stringify([{ digest: 'abc' }])),
    notes: [{ digest: 'abc' }],
  });
  const faults: Record<string, (batch: string, note: string) => void> = {
    'without rows': (batch) => writeFileSync(batch, ''),
    'truncated between groups': (batch) => writeFileSync(batch, GROUPS[0]!.bytes),
    truncated: (batch) => writeFileSync(batch, WHOLE.subarray(0, -1)),
    'of zeros': (batch) => writeFileSync(batch, Buffer.alloc(WHOLE.length)),
    'with a flipped bit': (batch) => writeFileSync(batch, flipped(WHOLE, 500)),
    'without notes': (_, note) => rmSync(note),
    'with empty notes': (_, note) => writeFileSync(note, ''),
    'with torn notes': (_, note) => writeFileSync(note, beside.slice(0, -5)),
    'with notes of zeros': (_, note) => writeFileSync(note, Buffer.alloc(beside.length)),
    'with other notes': (_, note) => writeFileSync(note, 'null'),
    'with misnamed notes': (_, note) => writeFileSync(note, beside.replace('notes', 'nodes')),
    'with notes of another digest': (_, note) => writeFileSync(note, beside.replace('abc', 'abd')),
  };
  for (const [title, fault] of Object.entries(faults)) {
    test(`${title} is set aside with its notes, and nothing of it is delivered`, options, async (t) => {
      const folder = temporaryFolder(t);
      const [batch, note] = [join(folder, file('noted')), join(folder, file('note'))];
      writeFileSync(batch, WHOLE);
      writeFileSync(note, beside);
      fault(batch, note);
      const content = readFileSync(batch);
      const isNoted = existsSync(note);
      // After a kill between the two moves, the result is the same at the next start.
      const killed = temporaryFolder(t);
      mkdirSync(join(killed, 'damaged'));
      copyFileSync(batch, join(killed, file('noted')));
      if (isNoted) copyFileSync(note, join(killed, 'damaged', file('note')));
      for (const each of [folder, killed]) {
        const { shelf, log, damage } = await delivered(each);
        assert.deepEqual(shelf.attempts, []);
        assert.deepEqual(damage, { segments: 1, bytes: content.length, hits: 0 });
        assert.match(log.all.join('\n'), /^spool: \S+\.noted, a batch of an import, .* import the log again/);
        assert.deepEqual(readdirSync(each), ['damaged']);
        assert.deepEqual(readFileSync(join(each, 'damaged', file('noted'))), content);
        assert.equal(existsSync(join(each, 'damaged', file('note'))), isNoted);
      }
    });
  }
});
