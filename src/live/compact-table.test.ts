import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { rounds } from '../../test/fixtures/rounds.ts';
import { LastSeenSketch } from '../sketch/last-seen.ts';
import { CompactTable } from './compact-table.ts';

const NOW = Date.UTC(2026, 10, 24, 12);
const YEAR = 365 * 86_400_000;
const word = fc.noBias(fc.integer({ min: 0, max: 0xffffffff }));
/** Also with clocks that are ahead, times before the table's epoch, and hashes with few bits set. */
const visit = fc.record({
  high: fc.oneof(word, fc.constantFrom(0, 1, 2 ** 31)),
  low: fc.oneof(word, fc.constantFrom(0, 0xfff, 0x1000, 0x80000000)),
  time: fc.integer({ min: NOW - 20 * YEAR, max: NOW + YEAR }),
});

/** The same visits in a small table and in a full one. */
function both(visits: Iterable<{ high: number; low: number; time: number }>) {
  const small = new CompactTable();
  const full = new LastSeenSketch();
  for (const { high, low, time } of visits) {
    assert.equal(small.add(high, low, time, NOW), true);
    full.add(high, low, time, NOW);
  }
  return { small, full };
}

describe('a small table', () => {
  test('has the cells of a full one', () => {
    fc.assert(
      fc.property(fc.array(visit, { maxLength: 3000 }), (visits) => {
        const { small, full } = both(visits);
        assert.deepEqual(small.full().cells, full.cells);
        assert.deepEqual(new CompactTable(small.memory.slice()).full().cells, full.cells);
      }),
      { seed: 5, numRuns: rounds(30, 10) },
    );
  });

  test('merges cells from the store as a full one does', () => {
    const cell = fc.record({
      rank: fc.nat(23),
      column: fc.nat(4095),
      time: fc.integer({ min: 0, max: NOW }),
    });
    fc.assert(
      fc.property(fc.array(cell, { maxLength: 500 }), (cells) => {
        const small = new CompactTable();
        const full = new LastSeenSketch();
        for (const { rank, column, time } of cells) {
          small.setCell(rank, column, time);
          full.setCell(rank, column, time);
        }
        assert.deepEqual(small.full().cells, full.cells);
      }),
      { seed: 6, numRuns: rounds(30, 10) },
    );
  });

  test('reports when it is full, and is never larger than a full one', () => {
    const table = new CompactTable();
    let cells = 0;
    while (table.setCell(cells % 24, Math.floor(cells / 24), NOW)) cells++;
    assert.ok(cells > 20_000);
    assert.ok(table.bytes < new LastSeenSketch().bytes);
    assert.equal(table.full().cells.filter((tick) => tick > 0).length, cells);
    assert.equal(table.setCell(0, 0, NOW + 1000), true, 'a cell that is there needs no room');
  });

  test('of a site with one visitor takes 64 bytes', () => {
    assert.equal(both([{ high: 1, low: 2, time: NOW }]).small.bytes, 64);
  });
});
