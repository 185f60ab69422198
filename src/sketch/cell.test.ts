import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { cellOf, LAST_TICK, SKETCH_EPOCH, tickOf } from './cell.ts';

const word = fc.integer({ min: 0, max: 0xffff_ffff });

describe('the cell of a visitor', () => {
  test('has the hash’s lowest bits as its column, and the zeros above them as its rank', () => {
    const shapes = { columnBits: fc.integer({ min: 4, max: 16 }), ranks: fc.integer({ min: 2, max: 32 }) };
    fc.assert(
      fc.property(word, word, shapes.columnBits, shapes.ranks, (high, low, columnBits, ranks) => {
        const hash = (BigInt(high) << 32n) | BigInt(low);
        // Of the 32 bits above the column's, as in word arithmetic.
        const above = (hash >> BigInt(columnBits)) & 0xffff_ffffn;
        let rank = 0;
        while (rank < ranks - 1 && ((above >> BigInt(rank)) & 1n) === 0n) rank++;
        const column = Number(hash & ((1n << BigInt(columnBits)) - 1n));
        assert.equal(cellOf(high, low, columnBits, ranks), rank * 2 ** columnBits + column);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });
});

describe('the tick of a moment', () => {
  test('increases with time, from the first to the last', () => {
    const time = fc.double({ min: -1e15, max: 1e15, noNaN: true });
    fc.assert(
      fc.property(time, time, fc.integer({ min: 1, max: 20 }), (a, b, ticks) => {
        const [early, late] = [tickOf(Math.min(a, b), ticks), tickOf(Math.max(a, b), ticks)];
        assert.ok(1 <= early && early <= late && late <= LAST_TICK && Number.isInteger(early));
      }),
      { seed: 2 },
    );
  });

  test('is never for an invalid time', () => {
    assert.equal(tickOf(Number.NaN, 10), 0);
    assert.equal(tickOf(SKETCH_EPOCH, 10), 1);
    assert.equal(tickOf(SKETCH_EPOCH + 250, 10), 2);
  });
});
