import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { anyHit } from '../../test/fixtures/any-hit.ts';
import { hitOf } from '../../test/fixtures/hit.ts';
import type { Hit } from '../hit/hit.ts';
import { intactLength, ROW_LAYOUT, ROW_STRUCTURES, RowWriter } from './row.ts';

const fixed = { seed: 20261124, numRuns: 200 };

/** Reads rows as ClickHouse does: by the layout's structure, which has the name and type of each column. */
class Decoder {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  rows(): Record<string, string | bigint>[] {
    const rows: Record<string, string | bigint>[] = [];
    while (this.#at < this.#bytes.length) rows.push(this.#row());
    return rows;
  }

  #row(): Record<string, string | bigint> {
    const columns = ROW_STRUCTURES[ROW_LAYOUT]!.split(', ').map((column) => column.split(' '));
    return Object.fromEntries(columns.map(([name, type]) => [name, this.#value(type)]));
  }

  #value(type: string | undefined): string | bigint {
    if (type === 'String') return this.#take(this.#length()).toString('utf8');
    if (type === 'UInt16') return BigInt(this.#take(2).readUInt16LE());
    if (type === 'UInt64') return this.#take(8).readBigUInt64LE();
    if (type === 'DateTime64(3)') return this.#take(8).readBigInt64LE();
    throw new Error(`unknown type ${type}`);
  }

  #length(): number {
    let length = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#take(1)[0]!;
      length += (byte & 127) * factor;
      if (byte < 128) return length;
    }
  }

  #take(count: number): Buffer {
    if (this.#at + count > this.#bytes.length) throw new Error('the bytes end within a row');
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }
}

/** A hit as read back from a row. */
function rowOf(hit: Hit): Record<string, string | bigint> {
  const { time, visitorHigh, visitorLow, status, ...texts } = hit;
  const named = Object.entries(texts).map(([name, text]) => [
    name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    text.toWellFormed(),
  ]);
  return {
    ...Object.fromEntries(named),
    time: BigInt(time),
    visitor: (BigInt(visitorHigh) << 32n) | BigInt(visitorLow),
    status: BigInt(status),
  };
}

/** The bytes of sealed groups, each with these hits. */
function groupsOf(...groups: readonly (readonly Hit[])[]): Buffer[] {
  const writer = new RowWriter();
  return groups.map((hits) => {
    for (const hit of hits) writer.write(hit);
    return Buffer.from(writer.seal());
  });
}

describe('a row', () => {
  test('reads back as the hit that was written, with U+FFFD for each lone surrogate', () => {
    fc.assert(
      fc.property(fc.array(anyHit, { minLength: 1, maxLength: 4 }), (hits) => {
        const [group] = groupsOf(hits);
        assert.deepEqual(new Decoder(group!).rows().slice(0, -1), hits.map(rowOf));
      }),
      fixed,
    );
  });

  test('is written as a whole, even if it is much larger than the buffer', () => {
    const hit = hitOf({ path: '漢'.repeat(100_000), props: 'x'.repeat(300_000) });
    const [group] = groupsOf([hit, hit]);
    assert.deepEqual(new Decoder(group!).rows().slice(0, -1), [rowOf(hit), rowOf(hit)]);
  });
});

describe('a seal', () => {
  test('reads as a row without a site, with the number and CRC-32 of the bytes before it', () => {
    const [group] = groupsOf([hitOf(), hitOf({ path: '/b' })]);
    const seal = new Decoder(group!).rows().at(-1)!;
    const rows = group!.subarray(0, group!.length - 35);
    const { site, time, visitor, status, ...texts } = seal;
    assert.deepEqual(
      { site, time, visitor, status },
      { site: '', time: BigInt(rows.length), visitor: BigInt(crc32(rows)), status: 0n },
    );
    assert.deepEqual(new Set(Object.values(texts)), new Set(['']));
  });

  test('may be one of several that are taken together', () => {
    const writer = new RowWriter();
    for (const path of ['/first', '/second']) {
      writer.write(hitOf({ path }));
      writer.endGroup();
      assert.equal(writer.groupLength, 0);
    }
    writer.write(hitOf({ path: '/third' }));
    const bytes = Buffer.from(writer.seal());
    assert.deepEqual(
      bytes,
      Buffer.concat(groupsOf(...['/first', '/second', '/third'].map((path) => [hitOf({ path })]))),
    );
    assert.deepEqual(intactLength(bytes), { length: bytes.length, rows: 3 });
  });

  test('resets the writer', () => {
    const writer = new RowWriter();
    writer.write(hitOf({ path: '/first' }));
    assert.ok(writer.length > 0);
    writer.seal();
    assert.equal(writer.length, 0);
    writer.write(hitOf({ path: '/second' }));
    const rows = new Decoder(writer.seal()).rows();
    assert.deepEqual(
      rows.map(({ path }) => path),
      ['/second', ''],
    );
  });
});

describe('the intact part of a file', () => {
  const hits = [
    [hitOf(), hitOf({ path: '/ä漢😀', title: 'x'.repeat(200) })],
    [hitOf({ site: 'b.example', time: 2 ** 32 + 1 })],
    [hitOf({ bot: 'Googlebot' }), hitOf(), hitOf({ props: '{"a":1}' })],
  ];
  const groups = groupsOf(...hits);
  const file = Buffer.concat(groups);
  /** The intact part after each group. */
  const ends = groups.map((_, i) => ({
    length: Buffer.concat(groups.slice(0, i + 1)).length,
    rows: hits.slice(0, i + 1).flat().length,
  }));
  const NOTHING = { length: 0, rows: 0 };

  test('is all of an intact file', () => {
    assert.deepEqual(intactLength(file), ends.at(-1));
    assert.deepEqual(intactLength(Buffer.alloc(0)), NOTHING);
    fc.assert(
      fc.property(fc.array(fc.array(anyHit, { minLength: 1, maxLength: 3 }), { maxLength: 3 }), (lists) => {
        const bytes = Buffer.concat(groupsOf(...lists));
        assert.deepEqual(intactLength(bytes), { length: bytes.length, rows: lists.flat().length });
      }),
      { ...fixed, numRuns: 100 },
    );
  });

  test('is exactly the groups before a cut, wherever it is', () => {
    for (let length = 0; length < file.length; length++) {
      const expected = ends.findLast((end) => end.length <= length) ?? NOTHING;
      assert.deepEqual(intactLength(file.subarray(0, length)), expected, `cut at ${length}`);
    }
  });

  test('ends before the group with a flipped bit', () => {
    for (let bit = 0; bit < file.length * 8; bit++) {
      const damaged = Buffer.from(file);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      const expected = ends.findLast((end) => end.length <= bit >> 3) ?? NOTHING;
      assert.deepEqual(intactLength(damaged), expected, `bit ${bit & 7} of byte ${bit >> 3}`);
    }
  });

  test('does not include zeros at the end, which a power cut may leave, however many', () => {
    for (const zeros of [1, 34, 35, 36, 70, 4096, 35 * 1000]) {
      assert.deepEqual(
        intactLength(Buffer.concat([file, Buffer.alloc(zeros)])),
        ends.at(-1),
        `${zeros} zeros`,
      );
      assert.deepEqual(intactLength(Buffer.alloc(zeros)), NOTHING, `${zeros} zeros alone`);
    }
  });

  test('does not include groups overwritten by zeros, or what follows them', () => {
    const damaged = Buffer.from(file);
    damaged.fill(0, ends[0]!.length, ends[1]!.length);
    assert.deepEqual(intactLength(damaged), ends[0]);
  });

  test('does not include a group at another group’s position, since a seal knows only its own size', () => {
    const torn = Buffer.concat([groups[0]!, groups[1]!.subarray(0, 40), groups[2]!]);
    assert.deepEqual(intactLength(torn), ends[0]);
  });

  test('is found in any bytes without an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        assert.deepEqual(intactLength(Buffer.concat([file, noise])), ends.at(-1));
        assert.deepEqual(intactLength(Buffer.from(noise)), NOTHING);
      }),
      { ...fixed, numRuns: 1000 },
    );
    // Lengths that never end, or reach far beyond the end.
    for (const byte of [0x80, 0xff, 0x7f, 0x01])
      assert.deepEqual(intactLength(Buffer.alloc(1000, byte)), NOTHING);
  });
});
