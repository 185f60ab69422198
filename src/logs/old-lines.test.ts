import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { logLine } from '../../test/fixtures/log-line.ts';
import { anyTime, apacheText, plainInstant } from '../../test/fixtures/plain-calendar.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import { FORMAT_RULES } from './format.ts';
import { OldLines, type OldLinesOptions, wholeLines } from './old-lines.ts';

const CUTOFF = Date.UTC(2015, 4, 18);

function read(log: string, options: Partial<OldLinesOptions> = {}): OldLines {
  const lines = new OldLines({
    ...{
      rules: FORMAT_RULES.combined,
      site: 'example.com',
      cutoffOf: () => CUTOFF,
      earliest: 0,
    },
    ...options,
  });
  lines.read(Buffer.from(log));
  return lines;
}

describe('old lines', () => {
  test('are those before the retention cutoff, to the second, in usual and in other lines', () => {
    for (const agent of ['Mozilla/5.0', 'Mözilla/5.0', 'a \\"quoted\\" agent']) {
      const times = [
        '17/May/2015:23:59:59 +0000',
        '18/May/2015:00:00:00 +0000',
        '18/May/2015:00:59:59 +0100',
      ];
      const { lines, bySite } = read(times.map((time) => logLine({ time, agent })).join(''));
      assert.deepEqual([lines, [...bySite]], [3, [['example.com', 2]]], agent);
    }
  });

  test('use the cutoff of their own site', () => {
    const log = `a.example:443 ${logLine()}b.example:80 ${logLine()}- ${logLine()}`;
    const { bySite } = read(log, {
      ...{ rules: FORMAT_RULES.vhost, cutoffOf: (site) => (site === 'b.example' ? 0 : CUTOFF) },
    });
    assert.deepEqual(
      [...bySite],
      [
        ['a.example', 1],
        ['example.com', 1],
      ],
    );
  });

  test('are not counted if they cannot be parsed, or would not be imported', () => {
    const log = `\nnonsense\n${logLine({ time: '30/Feb/2015:00:00:00 +0000' })}${logLine({ time: '01/Jan/1980:00:00:00 +0000' })}`;
    const { lines, bySite } = read(log, { earliest: Date.UTC(1990, 0) });
    assert.deepEqual([lines, bySite.size], [1, 0]);
  });

  test('are as many as a plain count finds', () => {
    fc.assert(
      fc.property(fc.array(anyTime, { maxLength: 30 }), (times) => {
        const instants = times.map(plainInstant).filter((time) => time !== undefined);
        const { lines, bySite } = read(times.map((time) => logLine({ time: apacheText(time) })).join(''), {
          earliest: Number.NEGATIVE_INFINITY,
        });
        assert.equal(lines, instants.length);
        assert.equal(bySite.get('example.com') ?? 0, instants.filter((time) => time < CUTOFF).length);
      }),
      { seed: 400, numRuns: rounds(2000, 50, 500) },
    );
  });
});

describe('complete lines', () => {
  async function cut(text: string, at: readonly number[]): Promise<string[]> {
    const bytes = Buffer.from(text);
    const ends = [...at].sort((a, b) => a - b);
    const source = (async function* () {
      // One buffer for all blocks: each is valid until the next is read.
      const memory = Buffer.alloc(bytes.length + 1);
      let from = 0;
      for (const end of [...ends, bytes.length]) {
        memory.fill('#');
        bytes.copy(memory, 0, from, end);
        yield memory.subarray(0, end - from);
        from = end;
      }
    })();
    const parts: string[] = [];
    for await (const part of wholeLines(source)) parts.push(part.toString());
    return parts;
  }

  test('add up to the log, however it is split, and end with a line break except for the last', async () => {
    const log = fc
      .array(fc.constantFrom('a', 'bc', '\n', '\r\n', 'ä'), { maxLength: 40 })
      .map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(log, fc.array(fc.nat(40), { maxLength: 6 }), async (text, at) => {
        const size = Buffer.byteLength(text);
        // A block may end within a character, but a part may not.
        const parts = await cut(
          text,
          at.map((place) => Math.min(place, size)),
        );
        assert.equal(parts.join(''), text);
        for (const part of parts.slice(0, -1)) assert.ok(part.endsWith('\n'), JSON.stringify(parts));
      }),
      { seed: 77, numRuns: rounds(300, 100) },
    );
  });

  test('that never end are passed on in parts, so memory is bounded', async () => {
    const parts = await cut(
      'x'.repeat(1_000_000),
      Array.from({ length: 100 }, (_, i) => i * 10_000),
    );
    assert.equal(parts.join('').length, 1_000_000);
    assert.ok(parts.length > 2 && parts.every((part) => part.length < 300_000));
  });
});
