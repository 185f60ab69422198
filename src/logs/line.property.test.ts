import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { cpuTimeOf } from '../../test/fixtures/cpu-time.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import { facts, inFormat, patched, patches, text, vhostLine } from '../../test/fixtures/written-line.ts';
import { LOG_FORMAT_NAMES } from '../settings/log-format.ts';
import { FORMAT_RULES } from './format.ts';
import { parseLine } from './line.ts';
import { LOG_FAILURES, MAX_LINE_LENGTH } from './line-outcome.ts';
import { createLogLine } from './log-line.ts';

const OUTCOMES = new Set<string>(['read', 'blank', ...Object.keys(LOG_FAILURES)]);
describe('parseLine', () => {
  it('returns the facts that a server has logged', () => {
    const out = createLogLine();
    fc.assert(
      fc.property(facts, (written) => {
        const line = vhostLine(written);
        assert.equal(parseLine(line, FORMAT_RULES.vhost, out), 'read');
        assert.deepEqual(out, written);
        assert.equal(parseLine(inFormat('combined', line), FORMAT_RULES.combined, out), 'read');
        assert.deepEqual(out, { ...written, host: '' });
      }),
      { seed: 18, numRuns: rounds(2000, 500) },
    );
  });

  it('never throws, whatever the line', () => {
    const out = createLogLine();
    fc.assert(
      fc.property(text, fc.constantFrom(...LOG_FORMAT_NAMES), (line, format) => {
        assert.ok(OUTCOMES.has(parseLine(line, FORMAT_RULES[format], out)));
      }),
      { seed: 19, numRuns: rounds(2000, 500) },
    );
  });

  it('never throws on a line that was cut and patched', () => {
    const out = createLogLine();
    fc.assert(
      fc.property(facts, patches, fc.constantFrom(...LOG_FORMAT_NAMES), (written, changes, format) => {
        assert.ok(OUTCOMES.has(parseLine(patched(vhostLine(written), changes), FORMAT_RULES[format], out)));
      }),
      { seed: 20, numRuns: rounds(2000, 500) },
    );
  });

  it('parses a line that was cut anywhere, or says why not', () => {
    const out = createLogLine();
    fc.assert(
      fc.property(facts, (written) => {
        const line = vhostLine(written);
        for (let length = 0; length < line.length; length++) {
          assert.ok(OUTCOMES.has(parseLine(line.slice(0, length), FORMAT_RULES.vhost, out)));
        }
      }),
      { seed: 21, numRuns: 50 },
    );
  });

  it('takes linear time for hostile lines', () => {
    const start = '::1 - - [17/May/2015:10:05:03 +0000] "GET /';
    const parts = [
      '"',
      '" ',
      '\\',
      '\\"',
      '\\\\"',
      '" 200 "',
      ' [',
      ' [17/May/2015:',
      ', ',
      'a, ',
      '?',
      '#',
      '@',
      ' ',
    ];
    const out = createLogLine();
    for (const part of parts) {
      const filling = part.repeat(MAX_LINE_LENGTH / part.length);
      const lines = [
        filling,
        start + filling,
        `${start}" 200 1 "${filling}`,
        `::1 - ${filling}`,
        `${start} http://${filling}`,
      ];
      const taken = cpuTimeOf(() => {
        for (const line of lines) parseLine(line.slice(0, MAX_LINE_LENGTH), FORMAT_RULES.combined, out);
      });
      // Quadratic time would be 4 billion steps for each line.
      assert.ok(taken < 2000, `lines of ${JSON.stringify(part)} took ${taken} ms`);
    }
  });

  it('refuses a line of a megabyte at once', () => {
    const line = '"'.repeat(2 ** 20);
    const taken = cpuTimeOf(() => {
      for (let time = 0; time < 1000; time++)
        assert.equal(parseLine(line, FORMAT_RULES.combined, createLogLine()), 'too long');
    });
    // To read them would be a billion steps.
    assert.ok(taken < 500, `${taken} ms`);
  });
});
