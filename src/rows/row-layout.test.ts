import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { ROW_STRUCTURES } from './row-layout.ts';

test('the columns of a layout never change: new columns need a new layout, as spools may contain old ones', () => {
  const digests = Object.entries(ROW_STRUCTURES).map(([layout, structure]) => [
    Number(layout),
    createHash('sha256').update(structure).digest('hex').slice(0, 16),
  ]);
  assert.deepEqual(digests, [
    [1, '8112337085dd1a9a'],
    [2, '04b234424386d9c5'],
    [3, '21403338bcde05e7'],
  ]);
});
