import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { LOG_FORMATS, type LogFormat } from './format.ts';
import { createLogLine, LOG_FAILURES, type LogLine, MAX_LINE_LENGTH, parseLine } from './line.ts';

const FORMATS = Object.keys(LOG_FORMATS) as LogFormat[];
const OUTCOMES = new Set<string>(['read', 'blank', ...Object.keys(LOG_FAILURES)]);
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Any text, rich in what has a meaning in a log. */
const text = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.constantFrom(...'"\\ []-/?#:@,', ' [', '" ', '] "'),
    ),
  )
  .map((parts) => parts.join(''));

const optional = text.filter((value) => value !== '-');
const target = text.filter((value) => !value.includes('#') && !value.endsWith(' '));

const facts: fc.Arbitrary<LogLine> = fc.record(
  {
    host: fc.oneof(
      fc.domain(),
      fc.ipV4(),
      fc.ipV6().map((address) => `[${address}]`),
    ),
    address: fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()),
    user: text,
    timeMs: fc.integer({ min: 0, max: Date.UTC(2099, 0) / 1000 }).map((seconds) => seconds * 1000),
    method: fc.constantFrom('GET', 'HEAD', 'POST', 'PROPFIND', 'M-SEARCH'),
    path: target.map((value) => `/${value.replaceAll('?', '')}`).filter((value) => !value.endsWith(' ')),
    query: target,
    protocol: fc.constantFrom('HTTP/1.0', 'HTTP/1.1', 'HTTP/2.0', 'HTTP/3', ''),
    status: fc.integer({ min: 100, max: 599 }),
    bytes: fc.nat(),
    referrer: optional,
    userAgent: optional,
  },
  { noNullPrototype: true },
);

function escaped(value: string): string {
  return value.replaceAll(/["\\]/g, '\\$&');
}

/** The line that a server writes for these facts, by its `vhost` format. */
function vhostLine(line: LogLine): string {
  const [, year, month, day, clock] =
    /^(\d+)-(\d+)-(\d+)T([\d:]+)/.exec(new Date(line.timeMs).toISOString()) ?? [];
  const asked = escaped(line.path) + (line.query === '' ? '' : `?${escaped(line.query)}`);
  const protocol = line.protocol === '' ? '' : ` ${line.protocol}`;
  return (
    `${line.host}:443 ${line.address} - ${line.user} [${day}/${MONTHS[Number(month) - 1]}/${year}:${clock} +0000] ` +
    `"${line.method} ${asked}${protocol}" ${line.status} ${line.bytes} ` +
    `"${escaped(line.referrer) || '-'}" "${escaped(line.userAgent) || '-'}"`
  );
}

describe('parseLine', () => {
  it('gives back the facts that a server has written', () => {
    const out = createLogLine();
    fc.assert(
      fc.property(facts, (written) => {
        const line = vhostLine(written);
        assert.equal(parseLine(line, 'vhost', out), 'read');
        assert.deepEqual(out, written);
        assert.equal(parseLine(line.slice(line.indexOf(' ') + 1), 'combined', out), 'read');
        assert.deepEqual(out, { ...written, host: '' });
      }),
      { seed: 18, numRuns: 2000 },
    );
  });

  it('never throws, whatever the line', () => {
    const out = createLogLine();
    fc.assert(
      fc.property(text, fc.constantFrom(...FORMATS), (line, format) => {
        assert.ok(OUTCOMES.has(parseLine(line, format, out)));
      }),
      { seed: 19, numRuns: 2000 },
    );
  });

  it('never throws on a line that was cut and patched', () => {
    const out = createLogLine();
    const patch = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      drop: fc.nat(40),
      insert: text,
    });
    fc.assert(
      fc.property(
        facts,
        fc.array(patch, { maxLength: 4 }),
        fc.constantFrom(...FORMATS),
        (written, patches, format) => {
          let line = vhostLine(written);
          for (const { at, drop, insert } of patches) {
            const index = Math.floor(at * line.length);
            line = line.slice(0, index) + insert + line.slice(index + drop);
          }
          assert.ok(OUTCOMES.has(parseLine(line, format, out)));
        },
      ),
      { seed: 20, numRuns: 2000 },
    );
  });

  it('reads what was cut off anywhere, or says why not', () => {
    const out = createLogLine();
    fc.assert(
      fc.property(facts, (written) => {
        const line = vhostLine(written);
        for (let length = 0; length < line.length; length++) {
          assert.ok(OUTCOMES.has(parseLine(line.slice(0, length), 'vhost', out)));
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
      const began = performance.now();
      for (const line of lines) parseLine(line.slice(0, MAX_LINE_LENGTH), 'combined', out);
      // Quadratic time would be 4 billion steps for each line.
      assert.ok(performance.now() - began < 500, `lines of ${JSON.stringify(part)}`);
    }
  });

  it('refuses a line of a megabyte at once', () => {
    const line = '"'.repeat(2 ** 20);
    const began = performance.now();
    for (let time = 0; time < 1000; time++)
      assert.equal(parseLine(line, 'combined', createLogLine()), 'too long');
    assert.ok(performance.now() - began < 500);
  });
});
