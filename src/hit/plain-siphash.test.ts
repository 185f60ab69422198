/** The reference is the package's WebAssembly, which the published vectors check in `hash.test.ts`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import instantiate from 'siphash24/siphash24.js';
import { rounds } from '../../test/fixtures/rounds.ts';
import { plainSipHash } from './plain-siphash.ts';

const START = 24;

test('SipHash in JavaScript equals that in WebAssembly, for any key and any bytes', () => {
  const engines = [plainSipHash(2048), instantiate()];
  const key = fc.uint8Array({ minLength: 16, maxLength: 16 });
  // Halves near their limits, where sums carry.
  const extreme = fc.uint8Array({ maxLength: 300 }).map((bytes) => bytes.map((byte) => (byte % 3) - 1));
  fc.assert(
    fc.property(key, fc.oneof(fc.uint8Array({ maxLength: 1000 }), extreme), (secret, text) => {
      const [plain, fast] = engines.map(({ memory, siphash }) => {
        const bytes = new Uint8Array(memory.buffer);
        bytes.set(secret, 8);
        bytes.set(text, START);
        siphash(START, text.length);
        return bytes.slice(0, 8);
      });
      assert.deepEqual(plain, fast);
    }),
    { seed: 24, numRuns: rounds(3000, 600) },
  );
});
