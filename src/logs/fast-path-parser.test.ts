import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { FORMAT_LINES } from '../../test/fixtures/format-lines.ts';
import { FIREFOX, logLine } from '../../test/fixtures/log-line.ts';
import { anyTime, apacheText, plainInstant } from '../../test/fixtures/plain-calendar.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import { facts, inFormat, patched, patches, vhostLine } from '../../test/fixtures/written-line.ts';
import { LOG_FORMAT_NAMES } from '../settings/log-format.ts';
import { FastPathParser } from './fast-path-parser.ts';
import { ANY_LINE, FORMAT_RULES } from './format.ts';
import { parseLine } from './line.ts';
import { createLineFacts, fillFacts } from './line-facts.ts';
import { createLogLine } from './log-line.ts';

const DECLINED = -1;

const siteOf = (host: string) => `site of ${host}`;

const RULES = { ...FORMAT_RULES, auto: ANY_LINE };
type Rules = keyof typeof RULES;
const NAMES: readonly Rules[] = [...LOG_FORMAT_NAMES, 'auto'];

const readers = new Map(NAMES.map((name) => [name, new FastPathParser(RULES[name], siteOf)]));

/** A line of the `vhost` format in the format of these rules. */
function ruled(name: Rules, vhost: string): string {
  return name === 'auto' ? vhost : inFormat(name, vhost);
}

/** Parses the line at the beginning of a text. */
function read(text: string, format: Rules = 'combined') {
  const lines = readers.get(format)!;
  lines.open(Buffer.from(text));
  const out = createLineFacts();
  return { next: lines.read(0, out), facts: out };
}

/** What `line.ts` makes of the line. */
function meant(line: string, format: Rules) {
  const parsed = createLogLine();
  assert.equal(parseLine(line, RULES[format], parsed), 'read');
  const out = createLineFacts();
  fillFacts(out, parsed, siteOf(parsed.host));
  // A question mark with nothing after it is the same page.
  return { ...out, path: out.path.replace(/\?$/, '') };
}

function assertSame(line: string, format: Rules, found: ReturnType<typeof read>): void {
  assert.deepEqual({ ...found.facts, path: found.facts.path.replace(/\?$/, '') }, meant(line, format));
}

/** Lines as servers write them, in ASCII. */
const plain = fc
  .array(fc.constantFrom(..."abcXYZ019-_.~/:;,()[]{}<>|^`'!$&*+=@%?"), { maxLength: 30 })
  .map((parts) => parts.join(''));
const plainFacts = facts.chain((written) =>
  fc.record({
    ...Object.fromEntries(Object.entries(written).map(([name, value]) => [name, fc.constant(value)])),
    address: fc.constantFrom('203.0.113.7', '2001:db8::1', 'crawl-66.example.com'),
    method: fc.constantFrom('GET', 'HEAD', 'POST'),
    host: fc.constantFrom('example.com', '192.0.2.1', 'www.example.org'),
    user: fc.constantFrom('-', 'ann', 'ann@example.com'),
    path: plain.map((text) => `/${text.replaceAll('?', '')}`),
    query: plain,
    protocol: fc.constantFrom('HTTP/1.0', 'HTTP/1.1', 'HTTP/2.0'),
    referrer: plain.filter((text) => text !== '-'),
    userAgent: fc.oneof(
      plain.map((text) => `Mozilla/5.0 (${text}) x`),
      fc.constant('-'),
    ),
  }),
) as typeof facts;

describe('a usual line', () => {
  it('has the time of a plain arithmetic calendar, or is left to line.ts, which agrees', () => {
    fc.assert(
      fc.property(fc.array(anyTime, { minLength: 1, maxLength: 5 }), (times) => {
        for (const time of times) {
          const line = logLine({ time: apacheText(time) });
          const expected = plainInstant(time);
          const { next, facts } = read(line);
          if (next !== DECLINED) assert.equal(facts.time, expected, line);
          const parsed = createLogLine();
          const outcome = parseLine(line.trimEnd(), FORMAT_RULES.combined, parsed);
          assert.equal(outcome, expected === undefined ? 'bad timestamp' : 'read', line);
          if (expected !== undefined) assert.equal(parsed.timeMs, expected, line);
        }
      }),
      { seed: 3105, numRuns: rounds(2000, 500) },
    );
  });

  it('is parsed, and means what line.ts says', () => {
    fc.assert(
      fc.property(plainFacts, fc.constantFrom('\n', '\r\n', ' 12 "-" 0.003\n'), (written, end) => {
        const vhost = vhostLine(written);
        for (const format of LOG_FORMAT_NAMES) {
          const line = ruled(format, vhost);
          const found = read(`${line}${end}next`, format);
          assert.equal(found.next, line.length + end.length, `${format} ${line}`);
          assertSame(line, format, found);
        }
      }),
      { seed: 31, numRuns: rounds(500, 200) },
    );
  });

  for (const [what, line] of [
    ['with the time of another zone', logLine({ time: '17/May/2015:23:59:59 -0730' })],
    ['without a size', logLine().replace(' 512 ', ' - ')],
    ['without an agent', logLine({ agent: '-' })],
    ['with an empty agent', logLine({ agent: '' })],
    ['without a referrer and an agent', logLine().replace(/ "-".*/, '')],
    ['with X-Forwarded-For, which is absent', logLine().replace('\n', ' "-"\n')],
    ['of a client with a name', logLine({ address: 'crawl.example.org' })],
    ['at the end of a log', logLine().trimEnd()],
  ] as const) {
    it(`is one ${what}`, () => {
      const found = read(line);
      assert.equal(found.next, line.endsWith('\n') ? line.length : line.length + 1);
      assertSame(line.trimEnd(), 'combined', found);
    });
  }
});

describe('a usual line of any format', () => {
  it('is parsed without knowing the format', () => {
    for (const [format, line] of Object.entries(FORMAT_LINES)) {
      const found = read(line, 'auto');
      assert.equal(found.next, line.length, format);
      assertSame(line.trimEnd(), 'auto', found);
    }
  });
});

describe('an unusual line', () => {
  for (const [what, line] of [
    ['blank', '\n'],
    ['cut off anywhere', logLine().slice(0, 50)],
    ['with an escape', logLine({ agent: String.raw`say \"hi\"` })],
    ['with a quote in the agent', logLine({ agent: 'a "b" c' })],
    ['with non-ASCII text', logLine({ path: '/ä' })],
    ['with a control character', logLine({ agent: 'a\tb' })],
    ['with a fragment', logLine({ path: '/a#b' })],
    ['for an absolute URL', logLine({ path: 'http://example.com/' })],
    ['with a leap second', logLine({ time: '30/Jun/2015:23:59:60 +0000' })],
    ['of a day that does not exist', logLine({ time: '31/Feb/2015:10:05:03 +0000' })],
    ['with an ISO 8601 time', logLine({ time: '2015-05-17T10:05:03+00:00' })],
    ['with an ident and brackets', logLine().replace('- -', '- [x] -')],
    ['with a list of addresses', `203.0.113.7, ${logLine()}`],
    ['with a prefix', `web-1  | ${logLine()}`],
    ['with X-Forwarded-For', logLine().replace('\n', ' "203.0.113.9"\n')],
    ['without a size', logLine().replace(' 512 ', ' ')],
    ['with a bare agent', logLine().replace(/ "-" .*/, ' curl/8.5.0')],
    ['with the agent first', logLine().replace(/ "-" .*/, ' "Mozilla/5.0 (X11)" "-"')],
    ['of HTTP/3', logLine().replace('HTTP/1.1', 'HTTP/3')],
    ['without the closing quote', logLine().replace(/"\n/, '\n')],
    ['with a carriage return inside', logLine().replace('\n', '\rx\n')],
    ['that is too long to parse', logLine({ agent: 'x'.repeat(70_000) })],
  ] as const) {
    it(`is left to line.ts: one ${what}`, () => assert.equal(read(line).next, DECLINED));
  }

  it('is never parsed differently than by line.ts', () => {
    let usual = 0;
    fc.assert(
      fc.property(
        fc.oneof(facts, plainFacts),
        patches,
        fc.constantFrom(...NAMES),
        (written, changes, format) => {
          const text = patched(vhostLine(written), changes).replaceAll('\n', ' ');
          const line = ruled(format, text);
          const bytes = Buffer.from(line);
          const found = read(line, format);
          if (found.next === DECLINED) return;
          usual++;
          assert.equal(found.next, bytes.length + 1);
          assertSame(bytes.toString(), format, found);
        },
      ),
      { seed: 32, numRuns: rounds(5000, 1000) },
    );
    assert.ok(usual > rounds(300, 50), `${usual} lines were as usual`);
  });
});

it('lines of several days and zones keep their own times', () => {
  const times = [
    '17/May/2015:10:05:03 +0000',
    '18/May/2015:10:05:03 +0000',
    '17/Jun/2015:10:05:03 +0000',
    '17/May/2016:10:05:03 +0000',
    '17/May/2015:10:05:03 +0100',
    '17/May/2015:10:05:03 -0100',
    '17/May/2015:10:05:03 +0030',
  ];
  const lines = times.map((time) => logLine({ time, agent: FIREFOX }));
  const bytes = Buffer.from(lines.join(''));
  const usual = new FastPathParser(FORMAT_RULES.combined, siteOf);
  usual.open(bytes);
  let at = 0;
  for (const line of lines) {
    const out = createLineFacts();
    at = usual.read(at, out);
    assert.equal(out.time, meant(line.trimEnd(), 'combined').time);
  }
  assert.equal(at, bytes.length);
});
