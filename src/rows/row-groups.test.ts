import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { hitOf } from '../../test/fixtures/hit.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { writtenGroup } from '../../test/fixtures/written-rows.ts';
import { findGroups as find, type IntactGroup } from './row-groups.ts';
import { ROW_STRUCTURES, sealBytes } from './row-layout.ts';

const options = { timeout: scaledTimeout(60_000) };

for (const layout of Object.keys(ROW_STRUCTURES).map(Number)) {
  const findGroups = (bytes: Buffer) => find(bytes, layout);

  /** Consecutive sealed groups of hits with these titles, and their positions. */
  function fileOf(groups: readonly (readonly string[])[]): { bytes: Buffer; groups: IntactGroup[] } {
    const parts: Buffer[] = [];
    let at = 0;
    const places = groups.map((titles) => {
      parts.push(
        writtenGroup(
          titles.map((title) => hitOf({ title })),
          layout,
        ),
      );
      const start = at;
      at += parts.at(-1)!.length;
      return { start, end: at, hits: titles.length };
    });
    return { bytes: Buffer.concat(parts), groups: places };
  }

  function flipped(bytes: Buffer, ...bits: number[]): Buffer {
    const damaged = Buffer.from(bytes);
    for (const bit of bits) damaged[bit >> 3]! ^= 1 << (bit & 7);
    return damaged;
  }

  /** Flips each bit of a file in turn, and checks that all groups except its own are found. */
  function checkEachBit({ bytes, groups }: ReturnType<typeof fileOf>): void {
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const hurt = groups.find(({ end }) => bit >> 3 < end)!;
      const found = findGroups(flipped(bytes, bit));
      const where = `bit ${bit & 7} of byte ${bit >> 3}`;
      assert.deepEqual(
        found.intact,
        groups.filter((group) => group !== hurt),
        where,
      );
      const [{ hits, ...place } = assert.fail(where), ...more] = found.damaged;
      assert.deepEqual([place, more], [{ start: hurt.start, end: hurt.end }, []], where);
      assert.ok(hits === undefined || hits === hurt.hits, where);
      assert.equal(found.rest, bytes.length, where);
    }
  }

  const file = fileOf([['a', 'ä漢😀'], ['x'.repeat(200)], ['', '', ''], ['b']]);

  /** A group of ASCII bytes only, so that a text can contain it. */
  function asciiGroup(): string {
    for (let i = 0; ; i++) {
      // The usual sample's visitor, time, scroll, size and duration are not ASCII.
      const fields = { time: 1, visitorHigh: 1, visitorLow: 1, scroll: 0, bytes: 0, responseTime: 0 };
      const group = writtenGroup([hitOf({ ...fields, title: `forged ${i}` })], layout);
      if (group.every((byte) => byte < 128)) return group.toString('latin1');
    }
  }

  /** The bytes of a seal whose number points back to a group that begins `size` bytes before. */
  function seal(size: number): Buffer {
    const bytes = Buffer.alloc(sealBytes(layout));
    bytes.writeUInt32LE(size, 1);
    bytes.write('AAAA', 9, 'latin1');
    return bytes;
  }

  describe(`groups of a file of layout ${layout}`, () => {
    test('are all found in an intact file', () => {
      assert.deepEqual(findGroups(file.bytes), { intact: file.groups, damaged: [], rest: file.bytes.length });
      assert.deepEqual(findGroups(Buffer.alloc(0)), { intact: [], damaged: [], rest: 0 });
    });

    test('are all found except one with a flipped bit', options, () => {
      checkEachBit(file);
    });

    test('are all found except those with several flipped bits', options, () => {
      const bit = fc.nat(file.bytes.length * 8 - 1);
      fc.assert(
        fc.property(fc.uniqueArray(bit, { minLength: 2, maxLength: 6 }), (bits) => {
          const isHurt = ({ start, end }: IntactGroup) =>
            bits.some((at) => at >> 3 >= start && at >> 3 < end);
          const { intact } = findGroups(flipped(file.bytes, ...bits));
          assert.deepEqual(
            intact,
            file.groups.filter((group) => !isHurt(group)),
          );
        }),
        { seed: 1, numRuns: rounds(3000, 600) },
      );
    });

    test('before a cut are found, wherever it is, and the rest counts as torn, not damaged', () => {
      for (let length = 0; length < file.bytes.length; length++) {
        const intact = file.groups.filter(({ end }) => end <= length);
        const expected = { intact, damaged: [], rest: intact.at(-1)?.end ?? 0 };
        assert.deepEqual(findGroups(file.bytes.subarray(0, length)), expected, `cut at ${length}`);
      }
    });

    test('before zeros are found, and a group whose end became zeros counts as torn', () => {
      for (const zeros of [1, 21, 22, 34, 35, 36, 4096]) {
        for (const [index, { end }] of file.groups.entries()) {
          const bytes = Buffer.concat([
            file.bytes.subarray(0, end - sealBytes(layout) - 1),
            Buffer.alloc(zeros),
          ]);
          const intact = file.groups.slice(0, index);
          const expected = { intact, damaged: [], rest: intact.at(-1)?.end ?? 0 };
          assert.deepEqual(findGroups(bytes), expected, `${zeros} zeros in group ${index}`);
        }
      }
    });

    test('around a hole of zeros or noise are found', () => {
      for (const fill of [0, 0x01, 0x41, 0x80, 0xff]) {
        const bytes = Buffer.from(file.bytes);
        const [first, second, third, last] = file.groups;
        bytes.fill(fill, second!.start + 50, third!.start + 50);
        const { intact, damaged, rest } = findGroups(bytes);
        assert.deepEqual(intact, [first, last], `filled with ${fill}`);
        assert.equal(damaged[0]?.start, second!.start);
        assert.equal(damaged.at(-1)?.end, last!.start);
        assert.equal(rest, bytes.length);
      }
    });

    test('are never found in the text of hits, whichever bit has changed', options, () => {
      const forged = asciiGroup();
      checkEachBit(fileOf([['a'], ['b', `before ${forged}${forged} after`, 'c'], ['d'], ['e']]));
    });

    test('are never found in text, even if it contains a seal that points back to its group', options, () => {
      const forged = asciiGroup();
      const titleAt = fileOf([['b'], ['']]).bytes.indexOf('b');
      // The text's length takes two bytes.
      const own = seal(titleAt + 1).toString('latin1');
      checkEachBit(fileOf([[`${own}${forged}${'x'.repeat(200)}`], ['c'], ['d']]));
    });

    test('are found before one whose text contains a seal that points back to a damaged one', options, () => {
      const plain = fileOf([['a'], ['b'], ['']]);
      const last = plain.groups[2]!;
      const titleAt = fileOf([['b']]).bytes.indexOf('b');
      for (const { start } of plain.groups.slice(0, 2)) {
        const back = seal(last.start + titleAt - start);
        checkEachBit(fileOf([['a'], ['b'], [back.toString('latin1')]]));
      }
    });

    test('are found in linear time, however many apparent seals there are', options, () => {
      const seals = Array.from({ length: 200_000 }, (_, i) => seal(Math.max(1, i * sealBytes(layout) - 9)));
      const bytes = Buffer.concat([file.bytes, ...seals]);
      const { intact, damaged, rest } = findGroups(bytes);
      assert.deepEqual(intact, file.groups);
      assert.deepEqual(damaged, [{ start: file.bytes.length, end: bytes.length, hits: undefined }]);
      assert.equal(rest, bytes.length);
    });

    test('are searched in any bytes without an error', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
          const { intact } = findGroups(Buffer.concat([file.bytes, noise, file.bytes]));
          assert.deepEqual(intact.slice(0, 4), file.groups);
          assert.deepEqual(
            intact.slice(4).map(({ hits }) => hits),
            file.groups.map(({ hits }) => hits),
          );
        }),
        { seed: 2, numRuns: rounds(1000, 250) },
      );
      for (const byte of [0, 0x80, 0xff, 0x7f, 0x01]) {
        assert.deepEqual(findGroups(Buffer.alloc(100_000, byte)), { intact: [], damaged: [], rest: 0 });
      }
    });
  });
}
