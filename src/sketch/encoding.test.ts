import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { randomHalves } from '../../test/fixtures/random.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import { HitError } from '../errors.ts';
import { BloomFilter } from './bloom.ts';
import { LastSeenSketch } from './last-seen.ts';
import { HitRing } from './ring.ts';

const NOW = Date.UTC(2026, 5, 1);
const DAY = 86_400_000;
const fixed = { seed: 20250101, numRuns: rounds(300, 60) };

interface Kind {
  readonly name: string;
  /** The bytes of a sketch that has seen a number of visitors. */
  readonly bytesOf: (visitors: number, seed: number) => Uint8Array;
  /** What another node reads from them, encoded again and in a comparable form. */
  readonly read: (bytes: Uint8Array) => { bytes: Uint8Array; content: unknown };
  /** What was written, in a comparable form. */
  readonly contentOf: (visitors: number, seed: number) => unknown;
}

function tableOf(visitors: number, seed: number): LastSeenSketch {
  const next = randomHalves(seed);
  const sketch = new LastSeenSketch({ columns: 64, ranks: 8, ticksPerSecond: 1 + (seed % 20) });
  for (let i = 0; i < visitors; i++) sketch.add(next(), next(), NOW - (next() % (600 * DAY)), NOW);
  return sketch;
}

function ringOf(visitors: number, seed: number): HitRing {
  const next = randomHalves(seed);
  const ring = new HitRing();
  for (let i = 0; i < visitors; i++)
    ring.add(NOW - (next() % (40 * DAY)) * (1 + (i % 20)), 1 + (next() % 300));
  return ring;
}

function filterOf(visitors: number, seed: number): BloomFilter {
  const next = randomHalves(seed);
  const filter = BloomFilter.for(1 + (seed % 100));
  for (let i = 0; i < visitors; i++) filter.testAndAdd(next(), next());
  return filter;
}

const KINDS: readonly Kind[] = [
  {
    name: 'a last-seen table',
    bytesOf: (visitors, seed) => tableOf(visitors, seed).toBytes(),
    contentOf: (visitors, seed) => tableOf(visitors, seed),
    read(bytes) {
      const content = LastSeenSketch.fromBytes(bytes);
      return { bytes: content.toBytes(), content };
    },
  },
  {
    name: 'a hit ring',
    bytesOf: (visitors, seed) => ringOf(visitors, seed).toBytes(),
    contentOf: (visitors, seed) => ringOf(visitors, seed).levels,
    read(bytes) {
      const ring = HitRing.fromBytes(bytes);
      return { bytes: ring.toBytes(), content: ring.levels };
    },
  },
  {
    name: 'a Bloom filter',
    bytesOf: (visitors, seed) => filterOf(visitors, seed).toBytes(),
    contentOf: (visitors, seed) => filterOf(visitors, seed),
    read(bytes) {
      const content = BloomFilter.fromBytes(bytes);
      return { bytes: content.toBytes(), content };
    },
  },
];

const isInvalid = (error: unknown) => error instanceof HitError && error.code === 'invalid';

/** Bytes with a valid checksum, as an attacker would send them. */
function sealed(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.from(bytes);
  if (copy.length >= 4) copy.writeUInt32LE(crc32(copy.subarray(0, -4)), copy.length - 4);
  return copy;
}

function spliced(bytes: Uint8Array, at: number, removed: number, inserted: Uint8Array): Uint8Array {
  return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + removed)]);
}

const visitors = fc.nat(200);
const seed = fc.nat(1000);
/** Accidental and malicious changes: bytes are removed, overwritten or inserted at one position. */
const damage = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  removed: fc.nat(12),
  inserted: fc.uint8Array({ maxLength: 12 }),
});

for (const kind of KINDS) {
  describe(`the bytes of ${kind.name}`, () => {
    test('read back as what was written, and encode the same again', () => {
      fc.assert(
        fc.property(visitors, seed, (count, from) => {
          const bytes = kind.bytesOf(count, from);
          const read = kind.read(bytes);
          assert.deepEqual(read.content, kind.contentOf(count, from));
          assert.deepEqual(read.bytes, bytes);
        }),
        { ...fixed, numRuns: rounds(60, 20) },
      );
    });

    test('may be at any offset in memory', () => {
      const bytes = kind.bytesOf(20, 1);
      const odd = new Uint8Array(bytes.length + 6).subarray(3, 3 + bytes.length);
      odd.set(bytes);
      assert.deepEqual(kind.read(odd).bytes, bytes);
    });

    test('are refused if a single bit differs', () => {
      const bytes = kind.bytesOf(3, 7);
      for (let bit = 0; bit < 8 * bytes.length; bit++) {
        const flipped = bytes.slice();
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        assert.throws(() => kind.read(flipped), isInvalid, `bit ${bit}`);
      }
    });

    test('are refused if truncated anywhere, or with bytes appended', () => {
      const bytes = kind.bytesOf(3, 7);
      for (let length = 0; length < bytes.length; length++) {
        assert.throws(() => kind.read(bytes.subarray(0, length)), isInvalid, `${length} bytes`);
      }
      assert.throws(() => kind.read(Buffer.concat([bytes, bytes])), isInvalid);
    });

    test('are refused after any corruption', () => {
      fc.assert(
        fc.property(visitors, seed, damage, (count, from, { at, removed, inserted }) => {
          const bytes = kind.bytesOf(count, from);
          const broken = spliced(bytes, Math.floor(at * bytes.length), removed, inserted);
          fc.pre(!Buffer.from(bytes).equals(broken));
          assert.throws(() => kind.read(broken), isInvalid);
        }),
        fixed,
      );
    });

    test('crafted by an attacker are refused, or are a valid sketch', () => {
      fc.assert(
        fc.property(visitors, seed, damage, (count, from, { at, removed, inserted }) => {
          const bytes = kind.bytesOf(count, from);
          // The header stays, so that the rest is parsed.
          const place = 4 + Math.floor(at * (bytes.length - 4));
          const forged = sealed(spliced(bytes, place, removed, inserted));
          try {
            const read = kind.read(forged);
            assert.deepEqual(kind.read(read.bytes).content, read.content);
          } catch (error) {
            if (!isInvalid(error)) throw error;
          }
        }),
        fixed,
      );
    });

    test('of another kind or a later version are refused, with the reason', () => {
      const bytes = kind.bytesOf(3, 7);
      for (const other of KINDS) {
        if (other !== kind) assert.throws(() => kind.read(other.bytesOf(3, 7)), /they have another format/);
      }
      bytes[3] = 2;
      assert.throws(() => kind.read(sealed(bytes)), /version is 2, and 1 is supported here/);
      bytes[3] = 1;
      bytes[6]! ^= 1;
      assert.throws(() => kind.read(bytes), /checksum/);
    });
  });
}

describe('bytes', () => {
  test('of an empty site are few, and those of a small one proportional', () => {
    assert.ok(new LastSeenSketch().toBytes().length < 20);
    assert.ok(new HitRing().toBytes().length < 30);
    const sketch = new LastSeenSketch();
    const next = randomHalves(1);
    for (let i = 0; i < 100; i++) sketch.add(next(), next(), NOW - (next() % DAY), NOW);
    assert.ok(sketch.toBytes().length < 700);
  });

  test('of a short message cannot allocate more memory than the largest table', () => {
    const largest = new LastSeenSketch({ columns: 65_536, ranks: 32 }).toBytes();
    assert.equal(LastSeenSketch.fromBytes(largest).bytes, 8 * 1024 * 1024);
    for (const [byte, value] of [
      [4, 17],
      [4, 255],
      [5, 33],
      [5, 255],
      [6, 21],
    ] as const) {
      const larger = largest.slice();
      larger[byte] = value;
      assert.throws(() => LastSeenSketch.fromBytes(sealed(larger)), isInvalid);
    }
  });

  test('of a ring hold as many hits as a number can, and no more', () => {
    const ring = new HitRing();
    ring.add(NOW, Number.MAX_SAFE_INTEGER);
    const read = HitRing.fromBytes(ring.toBytes());
    assert.equal(read.count(60, NOW), Number.MAX_SAFE_INTEGER);
    ring.merge(read);
    assert.equal(HitRing.fromBytes(ring.toBytes()).count(60, NOW), Number.MAX_SAFE_INTEGER);
  });
});
