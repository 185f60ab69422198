import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { anyHit } from '../../test/fixtures/any-hit.ts';
import { hitOf } from '../../test/fixtures/hit.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import { writtenGroup } from '../../test/fixtures/written-rows.ts';
import type { Hit } from '../hit/hit.ts';
import { ROW_STRUCTURES, sealBytes } from './row-layout.ts';
import { intactLength } from './row-seal.ts';

const fixed = { seed: 20261124, numRuns: rounds(200, 60) };

test('a seal of each layout has the size that its files have', () => {
  assert.deepEqual(Object.keys(ROW_STRUCTURES).map(Number).map(sealBytes), [35, 52, 64]);
});

for (const layout of Object.keys(ROW_STRUCTURES).map(Number)) {
  describe(`what is intact of a file of layout ${layout}`, () => {
    const groupsOf = (...lists: readonly (readonly Hit[])[]) =>
      lists.map((hits) => writtenGroup(hits, layout));
    const hits = [
      [hitOf(), hitOf({ path: '/ä漢😀', title: 'x'.repeat(200) })],
      [hitOf({ site: 'b.example', time: 2 ** 32 + 1 })],
      [hitOf({ bot: 'Googlebot' }), hitOf(), hitOf({ props: '{"a":1}' })],
    ];
    const groups = groupsOf(...hits);
    const file = Buffer.concat(groups);
    /** The intact part after each group. */
    const ends = groups.map((_, i) => ({
      length: Buffer.concat(groups.slice(0, i + 1)).length,
      rows: hits.slice(0, i + 1).flat().length,
    }));
    const NOTHING = { length: 0, rows: 0 };

    test('is all of an intact file', () => {
      assert.deepEqual(intactLength(file, layout), ends.at(-1));
      assert.deepEqual(intactLength(Buffer.alloc(0), layout), NOTHING);
      fc.assert(
        fc.property(fc.array(fc.array(anyHit, { minLength: 1, maxLength: 3 }), { maxLength: 3 }), (lists) => {
          const bytes = Buffer.concat(groupsOf(...lists));
          assert.deepEqual(intactLength(bytes, layout), { length: bytes.length, rows: lists.flat().length });
        }),
        { ...fixed, numRuns: rounds(100, 40) },
      );
    });

    test('is exactly the groups before a cut, wherever it is', () => {
      for (let length = 0; length < file.length; length++) {
        const expected = ends.findLast((end) => end.length <= length) ?? NOTHING;
        assert.deepEqual(intactLength(file.subarray(0, length), layout), expected, `cut at ${length}`);
      }
    });

    test('ends before the group with a flipped bit', () => {
      for (let bit = 0; bit < file.length * 8; bit++) {
        const damaged = Buffer.from(file);
        damaged[bit >> 3]! ^= 1 << (bit & 7);
        const expected = ends.findLast((end) => end.length <= bit >> 3) ?? NOTHING;
        assert.deepEqual(intactLength(damaged, layout), expected, `bit ${bit & 7} of byte ${bit >> 3}`);
      }
    });

    test('does not include zeros at the end, which a power cut may leave, however many', () => {
      for (const zeros of [1, 34, 35, 36, 51, 52, 53, 70, 104, 4096, 35 * 1000, 52 * 1000]) {
        assert.deepEqual(
          intactLength(Buffer.concat([file, Buffer.alloc(zeros)]), layout),
          ends.at(-1),
          `${zeros} zeros`,
        );
        assert.deepEqual(intactLength(Buffer.alloc(zeros), layout), NOTHING, `${zeros} zeros alone`);
      }
    });

    test('does not include groups overwritten by zeros, or what follows them', () => {
      const damaged = Buffer.from(file);
      damaged.fill(0, ends[0]!.length, ends[1]!.length);
      assert.deepEqual(intactLength(damaged, layout), ends[0]);
    });

    test('does not include a group at another group’s position, since a seal knows only its own size', () => {
      const torn = Buffer.concat([groups[0]!, groups[1]!.subarray(0, 40), groups[2]!]);
      assert.deepEqual(intactLength(torn, layout), ends[0]);
    });

    test('is found in any bytes without an error', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
          assert.deepEqual(intactLength(Buffer.concat([file, noise]), layout), ends.at(-1));
          assert.deepEqual(intactLength(Buffer.from(noise), layout), NOTHING);
        }),
        { ...fixed, numRuns: rounds(1000, 250) },
      );
      // Lengths that never end, or reach far beyond the end.
      for (const byte of [0x80, 0xff, 0x7f, 0x01])
        assert.deepEqual(intactLength(Buffer.alloc(1000, byte), layout), NOTHING);
    });
  });
}
