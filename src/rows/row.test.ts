import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { anyHit } from '../../test/fixtures/any-hit.ts';
import { hitOf } from '../../test/fixtures/hit.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import { writtenGroup } from '../../test/fixtures/written-rows.ts';
import type { Hit } from '../hit/hit.ts';
import { RowWriter } from './row.ts';
import { ROW_LAYOUT, sealBytes } from './row-layout.ts';
import { intactLength } from './row-seal.ts';

const fixed = { seed: 20261124, numRuns: rounds(200, 60) };

/** The bytes of sealed groups, each with these hits. */
function groupsOf(...groups: readonly (readonly Hit[])[]): Buffer[] {
  const writer = new RowWriter();
  return groups.map((hits) => {
    for (const hit of hits) writer.write(hit);
    return Buffer.from(writer.seal());
  });
}

describe('a row', () => {
  test('has each column of its layout, in order, with U+FFFD for each lone surrogate', () => {
    fc.assert(
      fc.property(fc.array(anyHit, { minLength: 1, maxLength: 4 }), (hits) => {
        const [group] = groupsOf(hits);
        assert.deepEqual(group, writtenGroup(hits, ROW_LAYOUT));
      }),
      fixed,
    );
  });

  test('is written as a whole, even if it is much larger than the buffer', () => {
    const hit = hitOf({ path: '漢'.repeat(100_000), props: 'x'.repeat(300_000) });
    const [group] = groupsOf([hit, hit]);
    assert.deepEqual(group, writtenGroup([hit, hit], ROW_LAYOUT));
  });
});

describe('a seal', () => {
  test('is a row that has only the number and the CRC-32 of the bytes before it', () => {
    const [group] = groupsOf([hitOf(), hitOf({ path: '/b' })]);
    const rows = group!.subarray(0, group!.length - sealBytes(ROW_LAYOUT));
    const seal = Buffer.alloc(sealBytes(ROW_LAYOUT));
    seal.writeUInt32LE(rows.length, 1);
    seal.writeUInt32LE(crc32(rows), 9);
    assert.deepEqual(group!.subarray(rows.length), seal);
  });

  test('may be one of several that are taken together', () => {
    const writer = new RowWriter();
    for (const path of ['/first', '/second']) {
      writer.write(hitOf({ path }));
      writer.endGroup();
      assert.equal(writer.groupLength, 0);
    }
    writer.write(hitOf({ path: '/third' }));
    const bytes = Buffer.from(writer.seal());
    assert.deepEqual(
      bytes,
      Buffer.concat(groupsOf(...['/first', '/second', '/third'].map((path) => [hitOf({ path })]))),
    );
    assert.deepEqual(intactLength(bytes, ROW_LAYOUT), { length: bytes.length, rows: 3 });
  });

  test('resets the writer', () => {
    const writer = new RowWriter();
    writer.write(hitOf({ path: '/first' }));
    assert.ok(writer.length > 0);
    writer.seal();
    assert.equal(writer.length, 0);
    writer.write(hitOf({ path: '/second' }));
    assert.deepEqual(Buffer.from(writer.seal()), writtenGroup([hitOf({ path: '/second' })], ROW_LAYOUT));
  });
});
