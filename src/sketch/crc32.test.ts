import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 as nodeCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { rounds } from '../../test/fixtures/rounds.ts';
import { crc32 } from './crc32.ts';

test('the checksum is that of zlib, for any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => assert.equal(crc32(bytes), nodeCrc32(bytes))),
    { seed: 32, numRuns: rounds(3000, 600) },
  );
  assert.equal(crc32(new TextEncoder().encode('123456789')), 0xcbf43926);
});
