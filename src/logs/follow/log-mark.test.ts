import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { randomHalves } from '../../../test/fixtures/random.ts';
import { HEAD_BYTES, LogMark } from './log-mark.ts';

const digest = (bytes: Buffer) => createHmac('sha256', 'key').update(bytes).digest('hex');

/** Whether a file continues the log that has a mark. */
function continues(mark: LogMark, file: Buffer): boolean {
  const { start, length, fits } = mark.tailCheck();
  return mark.fitsHead(file.subarray(0, HEAD_BYTES)) && fits(file.subarray(start, start + length));
}

/** The mark of a log that was read in blocks. */
function markOf(text: Buffer, block: number): LogMark {
  const mark = LogMark.unread(digest, text.subarray(0, block));
  for (let at = 0; at < text.length; at += block) mark.add(text.subarray(at, at + block));
  return mark;
}

const text = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 20_000 })).map(([seed, length]) => {
  const random = randomHalves(seed);
  return Buffer.from(Uint8Array.from({ length }, random));
});
const block = fc.integer({ min: 1, max: 9000 });
const options = { seed: 1, numRuns: 100 };

describe('the mark of a log', () => {
  it('fits the same log after it has grown, however it was split into blocks', () => {
    fc.assert(
      fc.property(text, text, block, (read, more, size) => {
        const mark = markOf(read, size);
        assert.ok(continues(mark, Buffer.concat([read, more])));
        assert.ok(continues(LogMark.stored(digest, mark.toStored(read.length)), Buffer.concat([read, more])));
      }),
      options,
    );
  });

  it('does not fit a log that differs in a byte of the first or last that were read', () => {
    fc.assert(
      fc.property(text, block, fc.nat({ max: 4095 }), fc.boolean(), (read, size, distance, atEnd) => {
        const at = Math.min(distance, read.length - 1);
        const other = Buffer.from(read);
        other[atEnd ? read.length - 1 - at : at]! ^= 1;
        const mark = markOf(read, size);
        const stored = LogMark.stored(digest, mark.toStored(read.length));
        const longer = Buffer.concat([other, read]);
        assert.deepEqual([continues(mark, longer), continues(stored, longer)], [false, false]);
      }),
      options,
    );
  });

  it('does not fit a file that is shorter than what was read, but fits the beginning of a copy', () => {
    const mark = markOf(Buffer.from('one\ntwo\n'), 3);
    assert.equal(continues(mark, Buffer.from('one\n')), false);
    assert.ok(mark.fitsHead(Buffer.from('one\n')));
    assert.equal(mark.fitsHead(Buffer.from('')), false);
  });

  it('is stored only as digests', () => {
    const stored = JSON.stringify(markOf(Buffer.from('203.0.113.7 - - [\n'), 5).toStored(17));
    assert.doesNotMatch(stored, /203|113/);
  });
});
