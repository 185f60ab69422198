import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { consensusTime } from './clocks.ts';

const NOW = Date.UTC(2026, 10, 24, 12);
const HOUR = 3_600_000;

/** Clocks that are these milliseconds ahead, read at once from a node with a correct clock. */
function read(...ahead: number[]) {
  return ahead.map((offset) => ({ at: NOW + offset, received: NOW }));
}

describe('the current time of several clocks', () => {
  test('is the latest of them if they agree', () => {
    assert.deepEqual(consensusTime(read(0)), { now: NOW, off: [0] });
    assert.deepEqual(consensusTime(read(-300, 900, 20)), { now: NOW + 900, off: [0, 0, 0] });
  });

  test('ignores a clock that is an hour ahead or behind', () => {
    for (const wrong of [HOUR, -HOUR]) {
      assert.deepEqual(consensusTime(read(0, wrong, 0)), { now: NOW, off: [0, wrong, 0] });
    }
  });

  test('is, of two clocks, that of the one closer to ours', () => {
    for (const wrong of [HOUR, -HOUR]) {
      assert.deepEqual(consensusTime(read(0, wrong)), { now: NOW, off: [0, wrong] });
      assert.deepEqual(consensusTime(read(wrong, 0)), { now: NOW, off: [wrong, 0] });
    }
  });

  test('is that of the nodes if ours is wrong', () => {
    assert.deepEqual(consensusTime(read(HOUR, HOUR + 20)), { now: NOW + HOUR + 20, off: [0, 0] });
  });

  test('does not mistake a late answer for a clock that is behind', () => {
    const readings = [
      { at: NOW, received: NOW + 1 },
      { at: NOW + 8000, received: NOW + 8001 },
    ];
    assert.deepEqual(consensusTime(readings), { now: NOW + 8000, off: [0, 0] });
  });
});
