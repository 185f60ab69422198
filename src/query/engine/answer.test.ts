import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareTexts } from './answer.ts';

test('texts are ordered by their UTF-8 bytes', () => {
  const texts = fc.string({
    unit: fc.constantFrom('a', 'b', 'é', '\ud7ff', '\ue000', '\uffff', '😀', '🌍', '\u{10ffff}'),
  });
  fc.assert(
    fc.property(texts, texts, (a, b) => {
      const order = Buffer.from(a).compare(Buffer.from(b));
      assert.equal(Math.sign(compareTexts(a, b)), order);
    }),
    { seed: 3, numRuns: 2000 },
  );
});
