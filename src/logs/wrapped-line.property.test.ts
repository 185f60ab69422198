import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { readObviously } from '../../test/fixtures/obvious-reader.ts';
import { anyTime, apacheText, type PlainTime, plainInstant } from '../../test/fixtures/plain-calendar.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import { ANY_LINE } from './format.ts';
import { LineParser } from './line-parser.ts';

const parser = new LineParser(ANY_LINE, 'site.example');

/** What an import reads from a line. */
function read(line: string) {
  const bytes = Buffer.from(line);
  parser.open(bytes);
  assert.equal(parser.next(0), bytes.length + (line.endsWith('\n') ? 0 : 1));
  assert.equal(parser.outcome, 'read', line);
  const { peer: client, time, path, userAgent: agent, site, referrer } = parser.facts;
  return { client, time, path: path.replace(/\?.*/, ''), agent, site, referrer };
}

/** A request, in the fields of a line. */
interface Written {
  readonly address: string;
  readonly time: PlainTime;
  readonly path: string;
  readonly agent: string;
  readonly referrer: string;
}

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/);
const written: fc.Arbitrary<Written> = fc.record({
  address: fc.oneof(
    fc.constantFrom('83.149.9.216', '2a02:2f0d::17', '5.9.1.2'),
    fc
      .tuple(fc.integer({ min: 11, max: 99 }), fc.nat(255), fc.nat(255))
      .map((parts) => `${parts.join('.')}.9`),
  ),
  time: anyTime.filter((time) => plainInstant(time) !== undefined && time.second < 60),
  path: word.map((text) => `/${text}`),
  agent: fc.oneof(
    word.map((text) => `Mozilla/5.0 (X11; ${text}) Gecko/20100101`),
    fc.constantFrom('curl/8.5.0', 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'),
  ),
  referrer: fc.constantFrom('-', 'https://x.example/', 'http://www.example.org/a?b=c'),
});

/** Spellings of a line's client. */
const clients: fc.Arbitrary<(address: string) => string> = fc.constantFrom<((address: string) => string)[]>(
  (address) => address,
  (address) => `${address} 10.0.0.1`,
  (address) => `10.0.0.1 ${address}`,
  (address) => `${address}, 10.0.0.1`,
  (address) => `${address},10.0.0.1`,
  (address) => `"${address}, 10.0.0.1"`,
  (address) => `"${address}" 10.0.0.1`,
  (address) => `unknown, ${address}`,
  (address) => `192.168.0.7, ${address}, 10.0.0.1`,
  (address) => `- ${address}`,
);

const prefixes: fc.Arbitrary<string> = fc.oneof(
  fc.constant(''),
  word.map((name) => `${name}-1  | `),
  word.map((name) => `${name}-1 | `),
  fc.tuple(word, word).map(([host, program]) => `May 17 10:00:00 ${host} ${program}: `),
  fc.tuple(word, fc.nat(9999)).map(([host, process]) => `<134>May  7 10:00:00 ${host} nginx[${process}]: `),
  word.map((host) => `<134>1 2015-05-17T10:00:00.123456+02:00 ${host} nginx 123 - - `),
  fc.constantFrom('stdout F ', 'stderr P ', '').map((stream) => `2015-05-17T10:00:00.123456789Z ${stream}`),
  fc.tuple(word, word).map(([pod, container]) => `[pod/${pod}/${container}] `),
  fc.tuple(word, word).map(([pod, container]) => `${pod} ${container} `),
  word.map((name) => `\x1b[36m${name}-1  | \x1b[0m`),
  word.map((name) => `${name}.log:`),
  word.map((name) => `${name}: `),
);

/** Fields that may follow the size; `R` and `A` are referrer and agent. */
const tails = fc.constantFrom(
  '"R" "A"',
  '"R" "A" "-"',
  '"R" "A" 0.003 "-" gzip',
  '0.003 "R" "A"',
  '"www.example.com" "R" "A"',
  '"TLSv1.2" "R" "A"',
  '"www.example.com" "TLSv1.2" "R" "A"',
  '"R" "A" "10.0.0.9:8080"',
  '"R" "A" "some=cookie; b=1"',
  '"R" A',
  'R A',
);

function lineOf(
  { address, time, path, agent, referrer }: Written,
  {
    prefix,
    client,
    size,
    tail,
    words,
    spaces,
    before,
  }: {
    prefix: string;
    client: (address: string) => string;
    size: string;
    tail: string;
    words: string;
    spaces: string;
    before: string;
  },
): string {
  const fields = tail.replace(/\b[RA]\b/g, (letter) => (letter === 'R' ? referrer : agent));
  return `${prefix}${client(address)} - - [${apacheText(time)}]${spaces}${before}"GET ${path}?q=1 HTTP/1.1" ${words}200 ${size}${fields}`;
}

const wrapping = fc.record({
  ...{ prefix: prefixes, client: clients, tail: tails },
  size: fc.constantFrom('512 ', '- ', ''),
  words: fc.constantFrom('', 'web1 ', '"web 1" ', '0.003 web1 '),
  spaces: fc.constantFrom(' ', '  '),
  before: fc.constantFrom(
    '',
    '',
    'www.example.com ',
    '"www.example.com" ',
    '0.003 ',
    '"-" 0.003 www.example.com ',
  ),
});

describe('a line', () => {
  it('has the same client, time, path and agent, whatever surrounds them', () => {
    fc.assert(
      fc.property(written, wrapping, (facts, around) => {
        const line = lineOf(facts, around);
        const { client, time, path, agent, site } = read(line);
        if (around.before.includes('www.')) assert.equal(site, 'www.example.com', line);
        assert.deepEqual(
          { client, time, path, agent },
          { client: facts.address, time: plainInstant(facts.time), path: facts.path, agent: facts.agent },
          line,
        );
        assert.deepEqual(readObviously(withQuotedAgent(line, facts)), { client, time, path, agent }, line);
      }),
      { seed: 16, numRuns: rounds(5000, 1000) },
    );
  });
});

/** The line with its agent in quotes, which the obvious reader needs. */
function withQuotedAgent(line: string, { agent }: Written): string {
  return line.endsWith(` ${agent}`) ? `${line.slice(0, -agent.length)}"${agent}"` : line;
}

const SAMPLE =
  process.env.HIT_SAMPLE_LOG ??
  fileURLToPath(new URL('../../../shared/data/elastic_apache_logs.gz', import.meta.url));

describe('a real log', { skip: !existsSync(SAMPLE) && `${SAMPLE} is absent` }, () => {
  for (const [what, wrapped] of [
    ['as it is', (line: string) => line],
    ['behind a proxy', (line: string) => line.replace(' ', ' 10.0.0.1 ')],
    ['with a list', (line: string) => line.replace(' ', ', 10.0.0.1 ')],
    ['of docker compose', (line: string) => `web-1  | ${line}`],
    ['of syslog', (line: string) => `May 17 10:00:00 web1 nginx: ${line}`],
    ['of Kubernetes', (line: string) => `2015-05-17T10:00:00.000000000Z stdout F ${line}`],
    ['with a quoted list', (line: string) => line.replace(/^\S+/, '"$&, 10.0.0.1"')],
    ['with an unknown client', (line: string) => `unknown, ${line}`],
    ['with the client last', (line: string) => line.replace(/^(\S+)(.*)$/, '10.0.0.1$2 "$1"')],
  ] as const) {
    it(`has the same visitors ${what}`, () => {
      const lines = gunzipSync(readFileSync(SAMPLE)).toString('latin1').split('\n').slice(0, 2000);
      const visitors = new Set<string>();
      const expected = new Set<string>();
      for (const line of lines) {
        const { client, agent, time, site } = read(wrapped(line));
        const obvious = readObviously(line)!;
        const [, software] = /"((?:[^"\\]|\\.)*)"$/.exec(line)!;
        assert.deepEqual(
          { client, time, site },
          { client: obvious.client, time: obvious.time, site: 'site.example' },
        );
        visitors.add(`${client} ${agent}`);
        expected.add(`${obvious.client} ${software}`);
      }
      assert.equal(visitors.size, expected.size);
    });
  }
});
