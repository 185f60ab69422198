import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batchBytes, engineMemory, hitsInMemory, memoryArguments } from './engine-memory.ts';

const MIB = 2 ** 20;

test('the engine has what the program leaves of the memory, and never all of it', () => {
  for (let available = 320 * MIB; available < 2 ** 40; available *= 1.7) {
    const memory = engineMemory(available);
    assert.ok(
      memory >= 64 * MIB &&
        memory * 1.25 + 160 * MIB + Math.min(256 * MIB, Math.floor(available / 8)) <= available,
      `${available}: ${memory}`,
    );
  }
  assert.equal(engineMemory(0), 64 * MIB);
  assert.ok(engineMemory() > 0);
});

test('caches take less than a quarter of the memory', () => {
  for (const memory of [64 * MIB, 2 ** 30, 2 ** 40]) {
    const [limit, ...caches] = memoryArguments(memory).map((argument) => Number(argument.split('=')[1]));
    assert.equal(limit, memory);
    assert.ok(caches.reduce((sum, bytes) => sum + bytes, 0) < memory / 4);
  }
});

test('steps and batches are as large as they may be with enough memory, and smaller with less', () => {
  assert.equal(hitsInMemory(Number.POSITIVE_INFINITY, 1300, 500_000), 500_000);
  assert.equal(batchBytes(Number.POSITIVE_INFINITY, 32 * MIB), 32 * MIB);
  for (const memory of [64 * MIB, 128 * MIB, 512 * MIB]) {
    const hits = hitsInMemory(memory, 1300, 500_000);
    assert.ok(hits * 1300 <= memory / 2);
    assert.ok(hits > memory / 2 / 1300 - 1);
    // A batch of rows of 80 bytes is one step.
    assert.ok((batchBytes(memory, 32 * MIB) / 80) * 1300 <= memory * 0.51);
  }
});
