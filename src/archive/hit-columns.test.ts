import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { columnsOf } from './hit-columns.ts';

test('the columns of an archive format never change, as checksums depend on them', () => {
  for (const [format, digest] of [
    [1, '6e431a98204c8331'],
    [2, 'a6e3a422af8fd7ec'],
    [3, 'c38c55b38ea3d329'],
  ] as const) {
    const found = createHash('sha256').update(columnsOf(format)).digest('hex').slice(0, 16);
    assert.equal(found, digest, `format ${format}`);
  }
});
