import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { anyHit } from '../../test/fixtures/any-hit.ts';
import { hitOf } from '../../test/fixtures/hit.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import { columnName, writtenGroup } from '../../test/fixtures/written-rows.ts';
import type { Hit } from '../hit/hit.ts';
import { RowWriter } from './row.ts';
import { LAYOUTS, ROW_LAYOUT } from './row-layout.ts';
import { readRows } from './row-reader.ts';

function wellFormed(hit: Hit): Hit {
  const entries = Object.entries(hit).map(([name, value]) => [
    name,
    typeof value === 'string' ? value.toWellFormed() : value,
  ]);
  return Object.fromEntries(entries) as Hit;
}

function bytesOf(hits: readonly Hit[]): Buffer {
  const writer = new RowWriter();
  for (const hit of hits) {
    writer.write(hit);
    writer.endGroup();
  }
  return Buffer.from(writer.seal());
}

describe('rows of a segment', () => {
  test('read back as the hits that were written, without seals', () => {
    fc.assert(
      fc.property(fc.array(anyHit, { minLength: 1, maxLength: 4 }), (hits) => {
        assert.deepEqual([...readRows(bytesOf(hits), ROW_LAYOUT)], hits.map(wellFormed));
      }),
      { seed: 20261124, numRuns: rounds(200, 60) },
    );
  });

  test('that end too early are an error, never half a hit', () => {
    const bytes = bytesOf([hitOf({ path: '/a' })]);
    for (let length = 1; length < bytes.length; length++) {
      const hits: Hit[] = [];
      try {
        for (const hit of readRows(bytes.subarray(0, length), ROW_LAYOUT)) hits.push(hit);
        assert.ok(hits.length === 1, `${length}`);
      } catch (error) {
        assert.ok(error instanceof RangeError);
      }
      assert.ok(hits.every(({ path, country }) => path === '/a' && country === 'DE'));
    }
  });

  for (const [at, columns] of LAYOUTS.slice(0, -1).entries()) {
    const layout = at + 1;
    test(`of layout ${layout} read back with defaults for missing columns`, () => {
      const lacking = Object.fromEntries(
        Object.entries(hitOf()).filter(
          ([member]) => !/^visitor/.test(member) && !(columnName(member) in columns),
        ),
      );
      fc.assert(
        fc.property(fc.array(anyHit, { minLength: 1, maxLength: 4 }), (hits) => {
          const read = [...readRows(writtenGroup(hits, layout), layout)];
          assert.deepEqual(
            read,
            hits.map((hit) => ({ ...wellFormed(hit), ...lacking })),
          );
        }),
        { seed: 20261124, numRuns: rounds(200, 60) },
      );
    });
  }

  test('of another layout are refused', () => {
    assert.throws(() => [...readRows(Buffer.alloc(0), 9)], { code: 'data_dir_newer' });
  });
});
