import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { FIREFOX, logLine } from '../../test/fixtures/log-line.ts';
import { HitError } from '../errors.ts';
import { ANY_LINE, FORMAT_RULES, type LineRules } from '../logs/format.ts';
import { compilePattern } from '../logs/line-pattern.ts';
import { Survey } from '../logs/survey.ts';
import { checkFailures, findingsOf, reportFindings } from './import-checks.ts';

const NOW = Date.UTC(2026, 0);

function surveyOf(lines: readonly string[], rules: LineRules = ANY_LINE): Survey {
  const survey = new Survey(rules, 'site.example', NOW);
  survey.add(Buffer.from(lines.join('')));
  return survey;
}

/** 200 lines of different clients. */
function linesOf(line: (index: number) => string): string[] {
  return Array.from({ length: 200 }, (_, index) => line(index));
}

function texts(lines: readonly string[], rules?: LineRules) {
  return findingsOf(surveyOf(lines, rules)).map(
    ({ text, isError }) => `${isError ? 'error' : 'warning'}: ${text}`,
  );
}

const client = (index: number) => `198.51.100.${index}`;

describe('a log', () => {
  it('of many clients, agents and pages passes all checks', () => {
    assert.deepEqual(texts(linesOf((index) => logLine({ address: client(index), path: `/${index}` }))), []);
    assert.deepEqual(texts([logLine({ address: '10.0.0.1', status: 500, agent: '-' })]), []);
    assert.deepEqual(texts([]), []);
  });

  for (const [what, lines, expected] of [
    ['that is not a log', linesOf(() => 'hello\n'), /^error: none of 200 lines can be read: .*timestamp/],
    [
      'of other JSON',
      linesOf(() => '{ "a": 1 }\n'),
      /lacks the client.* It looks like JSON: .*The first is: \{ "a": 1 \}$/,
    ],
    ['of server errors', ['[Sun May 17 10:05:03 2015] [error] oops\n'], /It looks like an error log/],
    [
      'without its #Fields directive',
      ['2015-05-17 10:05:03 203.0.113.7 GET /a 200\n'],
      /without its #Fields directive/,
    ],
    [
      'of an unknown format',
      ['203.0.113.7 "GET /a HTTP/1.1" 200\n'],
      /Give the LogFormat or log_format of the server/,
    ],
    ['of one unreadable line', ['hello\n'], /^error: its only line cannot be read: .*The first is: hello$/],
    [
      'whose clients are not addresses',
      linesOf((index) => logLine({ address: `user${index}` })),
      /^error: 100 % of hits have a client that is not an address, such as "user0"$/,
    ],
    [
      'whose hosts are addresses',
      linesOf((index) => `${client(index)}:80 ${logLine({ address: client(index) })}`),
      /^error: 100 % of hits have a host that is an address/,
    ],
    [
      'with times in the future',
      linesOf((index) => logLine({ address: client(index), time: '03/Jan/2026:00:00:00 +0000' })),
      /^error: 100 % of hits are in the future/,
    ],
    [
      'behind a proxy',
      linesOf((index) => logLine({ address: '10.0.0.1', agent: `${FIREFOX} ${index % 30}` })),
      /^error: 100 % of hits come from the client 10\.0\.0\.1 \(user agents: 30\): it is a proxy/,
    ],
    [
      'of one client',
      linesOf(() => logLine()),
      /^warning: 100 % of hits come from the client 203\.0\.113\.7/,
    ],
    [
      'of bots only',
      linesOf((index) => logLine({ address: client(index), agent: index % 2 ? '-' : 'Googlebot/2.1' })),
      /^warning: all hits come from bots/,
    ],
    [
      'of failed requests only',
      linesOf((index) => logLine({ address: client(index), status: 404 })),
      /^warning: all requests failed/,
    ],
  ] as const) {
    it(`${what} fails one check`, () => {
      const found = texts(lines);
      assert.equal(found.length, 1, found.join('\n'));
      assert.match(found[0]!, expected);
    });
  }

  it('that can be read without the given format is reported as such', () => {
    const lines = [logLine()];
    const pattern = compilePattern('%h|%t|%r|%>s');
    const [finding] = findingsOf(surveyOf(lines, { ...ANY_LINE, pattern }), surveyOf(lines));
    assert.match(
      finding?.text ?? '',
      /does not follow the notation of --format\. With --format auto, it can be read\./,
    );
  });

  it('without user agents is not reported as a log of bots', () => {
    const common = linesOf((index) => logLine({ address: client(index) }).replace(/ "-".*/, ''));
    assert.deepEqual(texts(common, FORMAT_RULES.common), []);
  });
});

describe('a finding', () => {
  const log = { name: 'a.log', survey: surveyOf([]) };
  const printed = (isError: boolean, force: boolean) => {
    const stderr = new PassThrough({ encoding: 'utf8' });
    reportFindings([{ ...log, findings: [{ text: 'odd', isError }] }], force, { stderr });
    return stderr.read();
  };

  it('is printed as a warning, or fails the import if it is an error, unless --yes is given', () => {
    assert.equal(printed(false, false), 'Warning: a.log: odd\n');
    assert.equal(printed(true, true), 'Warning: a.log: odd\n');
    assert.throws(
      () => printed(true, false),
      /^HitError: a\.log: odd\. Nothing is imported: .*--yes imports anyway$/,
    );
  });
});

describe('an import', () => {
  const check = (lines: number, failed: number, most = 0.05) => {
    const failures = failed > 0 ? [{ line: 1, reason: 'Bad line.' }] : [];
    const summary = {
      lines,
      failed,
      failures,
      imported: lines - failed,
      already: 0,
      seconds: 1,
      lines_per_second: 1,
    };
    checkFailures([{ name: 'a.log', summary }], most);
  };

  it('fails if nothing was read, or more lines failed than may fail', () => {
    for (const [lines, failed, most] of [
      [0, 0],
      [100, 0],
      [100, 5],
      [2, 1, 0.5],
      [3, 0, 0],
    ] as const) {
      check(lines, failed, most);
    }
    const fails = (message: RegExp, ...counts: Parameters<typeof check>) =>
      assert.throws(
        () => check(...counts),
        (error) => error instanceof HitError && message.test(error.message),
      );
    fails(/^a\.log: 6 of 100 lines were not imported\. Bad line\. At most 5 %/, 100, 6);
    fails(/^a\.log: no line was imported\. Bad line\./, 100, 100);
    fails(/^a\.log: no line was imported/, 1, 1, 1);
    fails(/^a\.log: 1 of 100 lines were not imported/, 100, 1, 0);
  });
});
