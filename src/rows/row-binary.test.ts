import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RowBinaryReader } from './row-binary.ts';

function stringBytes(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) | 128, bytes.length >> 7];
  return Buffer.concat([Buffer.from(length), bytes]);
}

test('columns are read in order, and exactly up to 2^53', () => {
  const numbers = Buffer.alloc(14);
  numbers.writeUInt16LE(404, 0);
  numbers.writeUInt32LE(2 ** 32 - 1, 2);
  numbers.writeBigUInt64LE(2n ** 53n - 1n, 6);
  const rows = new RowBinaryReader(Buffer.concat([numbers, stringBytes('Grüße'), stringBytes('')]));
  assert.deepEqual([rows.uint16(), rows.uint32(), rows.uint64()], [404, 2 ** 32 - 1, 2 ** 53 - 1]);
  assert.deepEqual([rows.string(), rows.string(), rows.isAtEnd], ['Grüße', '', true]);
});

test('a repeated string is read as any other, whether it repeats or not', () => {
  const texts = ['a.com', 'a.com', 'b.com', '', '', 'a.com', 'x'.repeat(300)];
  const rows = new RowBinaryReader(Buffer.concat(texts.map(stringBytes)));
  assert.deepEqual(
    texts.map(() => rows.repeatedString()),
    texts,
  );
});

test('missing bytes are an error in every kind of column', () => {
  const bytes = Buffer.from([5, 97]);
  const reads = [
    (rows: RowBinaryReader) => rows.uint32(),
    (rows: RowBinaryReader) => rows.uint64(),
    (rows: RowBinaryReader) => rows.string(),
    (rows: RowBinaryReader) => rows.repeatedString(),
  ];
  for (const read of reads) assert.throws(() => read(new RowBinaryReader(bytes)), RangeError);
  assert.throws(() => new RowBinaryReader(Buffer.from([1])).uint16(), RangeError);
});
