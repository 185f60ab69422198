import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { positionOf } from './open-addressing.ts';

test('each number has an entry of its own, and is found again, however full the table is', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat(200_000), { minLength: 1, maxLength: 63 }),
      fc.integer({ min: 0, max: 2 }),
      (numbers, widthBits) => {
        const words = new Uint32Array(64 << widthBits);
        const positions = numbers.map((number) => {
          const at = positionOf(words, widthBits, number);
          assert.equal(words[at], 0);
          words[at] = number + 1;
          return at;
        });
        assert.equal(new Set(positions).size, numbers.length);
        assert.ok(positions.every((at) => at % (1 << widthBits) === 0));
        assert.deepEqual(
          numbers.map((number) => positionOf(words, widthBits, number)),
          positions,
        );
      },
    ),
    { seed: 20261129, numRuns: 200 },
  );
});
