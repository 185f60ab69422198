import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { cpuTimeOf } from '../../test/fixtures/cpu-time.ts';
import { logLine } from '../../test/fixtures/log-line.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import { text as anyText } from '../../test/fixtures/written-line.ts';
import { AnyLineParser } from './any-line.ts';
import { Directives, lastDirective } from './directives.ts';
import { ANY_LINE } from './format.ts';
import { timeOf } from './json-line.ts';
import { MAX_LINE_LENGTH } from './line-outcome.ts';
import { compilePattern } from './line-pattern.ts';
import { createLogLine, type LogLine } from './log-line.ts';

function outcome(line: string): string {
  return new AnyLineParser(ANY_LINE).parse(line, createLogLine());
}

function read(...lines: readonly string[]): LogLine {
  const parser = new AnyLineParser(ANY_LINE);
  const out = createLogLine();
  const outcomes = lines.map((line) => parser.parse(line, out));
  assert.equal(outcomes.at(-1), 'read', lines.join('\n'));
  return out;
}

const REQUEST = { ts: 1431857103.5, remote_addr: '203.0.113.7', request: 'GET /a?b=c HTTP/1.1', status: 200 };
const json = (fields: object) => JSON.stringify({ ...REQUEST, ...fields });

describe('a line of JSON', () => {
  it('has the client that a proxy names', () => {
    assert.equal(read(json({ x_forwarded_for: '198.51.100.4, 10.0.0.1' })).address, '198.51.100.4');
    assert.equal(read(json({ x_forwarded_for: '-' })).address, '203.0.113.7');
    assert.equal(read(json({ x_forwarded_for: ['198.51.100.4'] })).address, '198.51.100.4');
  });

  it('without an agent is that of a bot only if agents are logged', () => {
    assert.equal(read(json({})).userAgent, '');
    assert.equal(read(json({ http_user_agent: '' })).userAgent, '-');
    const caddy = { request: { client_ip: '203.0.113.7', method: 'GET', uri: '/', headers: {} } };
    assert.equal(read(json({ remote_addr: undefined, ...caddy })).userAgent, '-');
    assert.equal(read(json({ userAgent: null })).userAgent, '-');
    // The program that forwards the log.
    assert.equal(read(json({ agent: { name: 'filebeat' } })).userAgent, '');
  });

  it('of Caddy has the client of a header only if a proxy in a private network sent it', () => {
    const line = (client_ip: string) => {
      const request = {
        ...{ client_ip, method: 'GET', uri: '/' },
        headers: { 'X-Forwarded-For': ['198.51.100.4, 10.0.0.2'] },
      };
      return read(json({ remote_addr: undefined, request })).address;
    };
    assert.equal(line('10.0.0.1'), '198.51.100.4');
    assert.equal(line('203.0.113.7'), '203.0.113.7');
  });

  it('has a site only if its host is a host name', () => {
    assert.equal(read(json({ host: 'a.example:443' })).host, 'a.example');
    for (const host of ['web1', '_', '', { name: 'web1' }, '10.0.0.1'])
      assert.equal(read(json({ host })).host, '');
  });

  it('may follow a prefix and colours, or be within another line', () => {
    for (const line of [
      `web-1  | ${json({})}`,
      `\x1b[36mweb-1  | \x1b[0m${json({})}`,
      `2015-05-17T10:05:03.1Z stdout F ${json({})}`,
      JSON.stringify({ log: `${json({})}\n`, stream: 'stdout', time: '2015-05-18T00:00:00Z' }),
      JSON.stringify({ MESSAGE: JSON.stringify({ message: json({}) }), __REALTIME_TIMESTAMP: '1' }),
      JSON.stringify({ MESSAGE: [...Buffer.from(json({}))] }),
      JSON.stringify({ jsonPayload: REQUEST, timestamp: '2015-05-18T00:00:00Z' }),
    ]) {
      const { timeMs, path, query } = read(line);
      assert.deepEqual([timeMs, path, query], [1431857103500, '/a', 'b=c'], line);
    }
  });

  it('that is not JSON, or not a request, is not read', () => {
    assert.equal(outcome('{"a":}'), 'no JSON');
    assert.equal(outcome('{"level":"info","msg":""}'), 'no fields');
    assert.equal(outcome('{"level":"info","msg":"started"}'), 'no timestamp');
    assert.equal(outcome(json({ status: 'OK' })), 'no fields');
    assert.equal(outcome(json({ ts: 'yesterday' })), 'no fields');
    let nested = json({});
    for (let depth = 0; depth < 9; depth++) nested = JSON.stringify({ log: nested });
    assert.equal(outcome(nested), 'no fields');
  });

  it('has a time in seconds, milliseconds, microseconds or as text', () => {
    const times = [
      1431857103.25,
      1431857103250,
      1431857103250000,
      '1431857103250000000',
      '1431857103.25',
      '2015-05-17T10:05:03.25Z',
      '1431857103.250000001',
    ];
    assert.deepEqual(
      times.map(timeOf),
      times.map(() => 1431857103250),
    );
    assert.equal(timeOf('17/May/2015:10:05:03 +0000'), 1431857103000);
    assert.equal(timeOf('2015-05-17 10:05:03'), 1431857103000);
    for (const none of [undefined, null, {}, true, '', 'x']) assert.ok(Number.isNaN(timeOf(none)));
  });
});

describe('a line of HAProxy', () => {
  const line = (client: string, captured: string) =>
    `lb haproxy[1]: ${client}:33317 [17/May/2015:10:05:03.655] in web/a 1/0/3/6/9 200 2 - - ---- 1/1/1/1/0 0/0 {${captured}} "GET /a#22 HTTP/1.1"`;

  it('has the headers that are captured, in any order', () => {
    const { address, userAgent, host, path } = read(
      line('10.0.0.1', '203.0.113.7, 10.0.0.2|curl/8 #7Bx#7D|www.a.example'),
    );
    assert.deepEqual([address, userAgent, host, path], ['203.0.113.7', 'curl/8 {x}', 'www.a.example', '/a"']);
    assert.equal(read(line('203.0.113.7', '10.0.0.9')).address, '203.0.113.7');
    assert.equal(read(line('10.0.0.1', '10.0.0.9')).address, '10.0.0.9');
  });
});

describe('a line of Envoy', () => {
  it('may follow a prefix, and have no answer', () => {
    const text =
      '[2015-05-17T10:05:03.655Z] "GET /a HTTP/2" 0 DC 0 0 9 - "203.0.113.7" "curl/8" "id" "a.example" "-"';
    for (const prefix of ['', '2015-05-17T10:05:04.1Z stdout F ', 'envoy-1  | ']) {
      const { timeMs, address, status, host } = read(prefix + text);
      assert.deepEqual(
        [timeMs, address, status, host],
        [Date.UTC(2015, 4, 17, 10, 5, 3, 655), '203.0.113.7', 0, 'a.example'],
      );
    }
  });
});

describe('a line of a notation', () => {
  const NOTATION = '$remote_addr|$msec|$request|$status';
  const line = '203.0.113.7|1431857103.500|GET /a?b=c HTTP/1.1|200';

  it('may follow a prefix, or be within a line of JSON', () => {
    const parser = new AnyLineParser({ ...ANY_LINE, pattern: compilePattern(NOTATION) });
    for (const whole of [
      line,
      `web-1  | ${line}`,
      `May 17 10:05:03 web1 nginx[12]: ${line}`,
      `2015-05-17T10:05:03.1Z stdout F ${line}`,
      JSON.stringify({ log: `${line}\n`, stream: 'stdout' }),
      `2015-05-17T10:05:03.1Z stdout F ${JSON.stringify({ log: line })}`,
      JSON.stringify({ MESSAGE: [...Buffer.from(line)] }),
    ]) {
      const out = createLogLine();
      assert.equal(parser.parse(whole, out), 'read', whole);
      const { address, timeMs, path, status } = out;
      assert.deepEqual([address, timeMs, path, status], ['203.0.113.7', 1431857103500, '/a', 200], whole);
    }
    assert.equal(parser.parse(JSON.stringify({ log: 'started' }), createLogLine()), 'other format');
    assert.equal(parser.parse('web-1  | started', createLogLine()), 'other format');
  });
});

describe('a line of W3C extended', () => {
  const fields = '#Fields: date time c-ip cs-method cs-uri-stem sc-status';
  const line = '2015-05-17 10:05:03 203.0.113.7 GET /a 200';

  it('follows the last directive', () => {
    assert.equal(read('#Version: 1.0', fields, line).address, '203.0.113.7');
    const other = '#Fields: date time cs-method cs-uri-stem sc-status c-ip';
    assert.equal(read(fields, line, other, '2015-05-17 10:05:03 GET /b 200 203.0.113.8').path, '/b');
  });

  it('has its whole query, also in a field with the path', () => {
    const { path, query } = read(
      '#Fields: date time c-ip cs-uri',
      '2015-05-17 10:05:03 203.0.113.7 /a?b=c?d',
    );
    assert.deepEqual([path, query], ['/a', 'b=c?d']);
  });

  it('may follow a directive after a byte order mark', () => {
    const marked = `\uFEFF${fields}`;
    assert.equal(read(marked, line).address, '203.0.113.7');
    assert.equal(lastDirective(Buffer.from(`${marked}\n${line}\n`)), fields);
    const directives = new Directives(`${marked}\n`);
    directives.pass(Buffer.from(`${marked}\n`));
    assert.equal(directives.last, fields);
  });

  it('is not read without a directive, nor with fewer values', () => {
    assert.equal(outcome(line), 'no timestamp');
    const parser = new AnyLineParser(ANY_LINE);
    parser.parse(fields, createLogLine());
    assert.equal(parser.parse(line.slice(0, -4), createLogLine()), 'no timestamp');
  });

  it('has a directive only at the start of a line', () => {
    const bytes = (text: string) => Buffer.from(text);
    assert.equal(lastDirective(bytes(`${fields}\n${line}\n#Fields: date\r\n`)), '#Fields: date\r');
    assert.equal(lastDirective(bytes(`${fields}\n${line} #Fields: x\n`)), fields);
    assert.equal(lastDirective(bytes(`${line} #Fields: x\n`)), undefined);
    assert.equal(lastDirective(bytes('')), undefined);
  });
});

describe('a line of any format', () => {
  it('of a usual format is read between lines of other formats', () => {
    assert.equal(read('#Fields: date time c-ip cs-uri-stem', json({}), logLine()).address, '203.0.113.7');
  });

  it('never throws', () => {
    const parser = new AnyLineParser(ANY_LINE);
    parser.describe('#Fields: date time c-ip cs-uri-stem cs(User-Agent)');
    const starts = fc.constantFrom(
      '',
      '{"a":',
      '{',
      '#Fields: ',
      '#',
      'h2 2015-05-17T10:05:03Z ',
      'web-1 | {',
    );
    fc.assert(
      fc.property(starts, anyText, fc.constantFrom('', '}'), (start, text, end) => {
        assert.equal(typeof parser.parse(start + text + end, createLogLine()), 'string');
      }),
      { seed: 9, numRuns: rounds(2000, 500) },
    );
  });

  it('takes linear time if it is hostile', () => {
    const parser = new AnyLineParser(ANY_LINE);
    parser.describe('#Fields: date time c-ip cs-uri-stem');
    for (const part of [
      '"',
      ' ',
      '{',
      '[',
      '1.2.3.4:1 ',
      'a/1 ',
      '{"log":',
      'h2 2015-05-17T10:05:03Z ',
      '\x1b[',
      '+/',
    ]) {
      const line = `${part.repeat(MAX_LINE_LENGTH / part.length - 1)}}`;
      const taken = cpuTimeOf(() => {
        for (let time = 0; time < 3; time++) parser.parse(line, createLogLine());
      });
      assert.ok(taken < 1000, `${JSON.stringify(part)} took ${taken} ms`);
    }
  });
});
