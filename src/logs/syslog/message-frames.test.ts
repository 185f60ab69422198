import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { cpuTimeOf } from '../../../test/fixtures/cpu-time.ts';
import { LONGEST_MESSAGE, MessageFrames } from './message-frames.ts';

/** What a connection with these bytes brings, read in pieces of these sizes. */
function read(bytes: Buffer, sizes: readonly number[] = []): { lines: string[]; tooLong: number } {
  const frames = new MessageFrames();
  const lines: string[] = [];
  let tooLong = 0;
  const add = (line: Buffer) => lines.push(line.toString());
  let at = 0;
  for (const size of [...sizes, bytes.length]) {
    frames.push(Buffer.from(bytes.subarray(at, at + size)), add, () => tooLong++);
    at += size;
  }
  frames.end(add);
  return { lines, tooLong };
}

const counted = (message: string) => `${Buffer.byteLength(message)} ${message}`;
const header = fc.constantFrom(
  '<134>1 2015-05-17T10:05:03Z web1 nginx 12 - - ',
  '<190>May 17 10:05:03 web1 nginx: ',
);
const message = fc
  .tuple(header, fc.stringMatching(/^[\x20-\x7eäö漢]{0,60}[a-z]$/))
  .map((parts) => parts.join(''));

describe('syslog messages of a connection', () => {
  it('are the same lines however they are framed and split', () => {
    const framed = fc.tuple(message, fc.constantFrom('counted', '\n', '\r\n', '\0'));
    const split = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 40 });
    fc.assert(
      fc.property(fc.array(framed, { maxLength: 8 }), split, (messages, sizes) => {
        const text = messages.map(([each, how]) => (how === 'counted' ? counted(each) : each + how)).join('');
        const expected = { lines: messages.map(([each]) => `${each}\n`), tooLong: 0 };
        assert.deepEqual(read(Buffer.from(text), sizes), expected);
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  it('may contain line feeds if their length is counted, and need no line feed at the end', () => {
    assert.deepEqual(read(Buffer.from(`${counted('<13>a\nb\n')}<13>c`)).lines, ['<13>a b\n', '<13>c\n']);
    // Cut off, so its text may be half a line.
    assert.deepEqual(read(Buffer.from('20 <13>a')).lines, []);
  });

  it('may lack a header: a line that begins with an address is not one with a length', () => {
    const lines = ['203.0.113.7 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 5\n', '0 <13>a\n'];
    assert.deepEqual(read(Buffer.from(lines.join('')), [1, 2, 1]).lines, lines);
  });

  it('that are too long are skipped and counted, in little memory, and the next ones are read', () => {
    const long = 'x'.repeat(LONGEST_MESSAGE + 1);
    for (const text of [`<13>${long}\n<13>next\n`, `${counted(`<13>${long}`)}${counted('<13>next')}`]) {
      for (const sizes of [[], Array.from({ length: 50 }, () => 3000)]) {
        assert.deepEqual(read(Buffer.from(text), sizes), { lines: ['<13>next\n'], tooLong: 1 });
      }
    }
  });

  it('take no longer than their bytes, however short they are', () => {
    for (const text of ['\n', '\0', 'a\n', 'a\0']) {
      const bytes = Buffer.from(text.repeat(400_000));
      const ms = cpuTimeOf(() => new MessageFrames().push(bytes, () => undefined, assert.fail));
      assert.ok(ms < 1000, `${JSON.stringify(text)}: ${ms} ms`);
    }
  });
});
