import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ARCHIVE_FORMAT } from './hit-columns.ts';
import { manifestText, parseManifest } from './manifest.ts';
import { partName } from './part-name.ts';

const number64 = fc.bigInt(0n, 2n ** 64n - 1n);
const manifest = fc.record(
  {
    format: fc.integer({ min: 1, max: ARCHIVE_FORMAT }),
    site: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
    day: fc
      .date({ min: new Date(0), max: new Date('2199-01-01'), noInvalidDate: true })
      .map((day) => day.toISOString().slice(0, 10)),
    rows: fc.nat(),
    first: fc.nat(),
    last: fc.nat(),
    checksum: number64.map(String),
    bytes: fc.nat(),
    sha256: fc.stringMatching(/^[0-9a-f]{64}$/),
    watermarks: fc
      .array(fc.tuple(fc.integer({ min: 0, max: 2 ** 22 - 1 }), number64))
      .map((marks) => new Map(marks)),
  },
  { noNullPrototype: true },
);

test('a manifest reads back as it was written', () => {
  fc.assert(
    fc.property(manifest, (written) => {
      const name = partName(written.site, written.day, written.checksum);
      assert.deepEqual(parseManifest(name, manifestText(written)), written);
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('a manifest that was changed anywhere is refused, or still describes the same part', () => {
  fc.assert(
    fc.property(manifest, fc.nat(), fc.string({ minLength: 1, maxLength: 3 }), (written, at, other) => {
      const name = partName(written.site, written.day, written.checksum);
      const text = manifestText(written);
      const place = at % text.length;
      const changed = text.slice(0, place) + other + text.slice(place + other.length);
      try {
        const { site, day, checksum } = parseManifest(name, changed);
        assert.deepEqual(
          [site, day, BigInt(checksum)],
          [written.site, written.day, BigInt(written.checksum)],
        );
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'archive_failed', String(error));
      }
    }),
    { seed: 2, numRuns: 300 },
  );
});
