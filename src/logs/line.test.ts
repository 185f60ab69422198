import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { FORMAT_LINES, SAID } from '../../test/fixtures/format-lines.ts';
import { LOG_FORMAT_NAMES, type LogFormat } from '../settings/log-format.ts';
import { ANY_LINE, FORMAT_RULES } from './format.ts';
import { detectRules } from './format-detection.ts';
import { parseLine } from './line.ts';
import { MAX_LINE_LENGTH } from './line-outcome.ts';
import { createLogLine, type LogLine } from './log-line.ts';

const TIME = '[17/May/2015:10:05:03 +0000]';

function read(line: string, format: LogFormat = 'combined'): LogLine {
  const out = createLogLine();
  assert.equal(parseLine(line, FORMAT_RULES[format], out), 'read', line.slice(0, 200));
  return out;
}

function outcome(line: string): string {
  return parseLine(line, FORMAT_RULES.combined, createLogLine());
}

describe('parseLine', () => {
  const facts: LogLine = {
    host: '',
    address: '83.149.9.216',
    user: '-',
    timeMs: Date.UTC(2015, 4, 17, 10, 5, 3),
    isLocalTime: false,
    method: 'GET',
    path: '/a/b.png',
    query: 'c=d',
    protocol: 'HTTP/1.1',
    status: 200,
    bytes: 203023,
    responseTime: -1,
    referrer: '',
    userAgent: '',
  };
  const common = `83.149.9.216 - - ${TIME} "GET /a/b.png?c=d HTTP/1.1" 200 203023`;
  const combined = `${common} "http://example.com/" "Mozilla/5.0 (X11)"`;
  const visitor = { referrer: 'http://example.com/', userAgent: 'Mozilla/5.0 (X11)' };

  it('parses every format', () => {
    assert.deepEqual(read(common, 'common'), facts);
    assert.deepEqual(read(combined, 'combined'), { ...facts, ...visitor });
    assert.deepEqual(read(`example.com:443 ${combined}`, 'vhost'), {
      ...facts,
      ...visitor,
      host: 'example.com',
    });
    assert.deepEqual(read(`example.com ${combined}`, 'vhost'), { ...facts, ...visitor, host: 'example.com' });
    assert.deepEqual(read(`example.com:80 ${common}`, 'commonvhost'), { ...facts, host: 'example.com' });
  });

  it('parses the same request in every format', () => {
    for (const format of LOG_FORMAT_NAMES) {
      const line = read(FORMAT_LINES[format], format);
      assert.deepEqual({ ...line, ...SAID }, line, format);
    }
  });

  it('ignores extra fields at the end', () => {
    assert.deepEqual(read(`${common} 0.005 "10.0.0.1"`, 'common'), facts);
    assert.deepEqual(read(`${combined} 0.005 "10.0.0.1" gzip=2.1`), { ...facts, ...visitor });
  });

  it('ignores fields between size and referrer', () => {
    assert.deepEqual(read(`${common} 0.005 12 "http://example.com/" "Mozilla/5.0 (X11)"`), {
      ...facts,
      ...visitor,
    });
  });

  it('finds the request after words and fields, but not in a field after the status', () => {
    for (const before of [
      'a.example',
      '"a.example"',
      '0.003 a.example',
      '"-" "Mozilla/5.0 (X11)" a.example',
    ]) {
      const line = createLogLine();
      const text = combined.replace('"GET', `${before} "GET`);
      assert.equal(parseLine(text, ANY_LINE, line), 'read');
      assert.deepEqual(line, { ...facts, ...visitor, host: 'a.example' }, text);
    }
    for (const request of ['-', '', String.raw`\x16\x03`]) {
      const { path, status } = read(`83.149.9.216 - - ${TIME} "${request}" 400 0 "-" "GET /forged HTTP/1.1"`);
      assert.deepEqual([path, status], [request || '-', 400]);
    }
    const upstream = read(combined.replace('"GET', '10.0.0.2:80 "GET'));
    assert.deepEqual(upstream, { ...facts, ...visitor });
    const forged = read(combined.replace('- - ', '- a [01/Jan/2000:00:00:00 +0000] b '));
    assert.equal(forged.timeMs, facts.timeMs);
  });

  it('parses a line of another format in the same log', () => {
    assert.deepEqual(read(common, 'combined'), facts);
    assert.deepEqual(read(combined, 'vhost'), { ...facts, ...visitor });
    assert.deepEqual(read(combined, 'common'), facts);
  });

  it('keeps nothing of the previous line in the facts', () => {
    const out = createLogLine();
    parseLine(`example.com:80 ${combined}`, FORMAT_RULES.vhost, out);
    assert.equal(parseLine(`::1 - - ${TIME} "-" 408 -`, FORMAT_RULES.combined, out), 'read');
    const { address, path, timeMs } = { address: '::1', path: '-', timeMs: facts.timeMs };
    assert.deepEqual(out, { ...createLogLine(), address, user: '-', path, timeMs, status: 408, bytes: 0 });
  });

  it('ignores white space around a line', () => {
    assert.deepEqual(read(`${combined}\r`), { ...facts, ...visitor });
    assert.deepEqual(read(`  ${combined} \t\r\n`), { ...facts, ...visitor });
  });

  it('extends a user agent without a closing quote to the end', () => {
    assert.equal(read(combined.slice(0, -1)).userAgent, 'Mozilla/5.0 (X11)');
    assert.equal(read(`${combined.slice(0, -1)}\r`).userAgent, 'Mozilla/5.0 (X11)');
  });

  it('parses a line that ends anywhere after its status', () => {
    for (let length = common.length - ' 203023'.length; length <= combined.length; length++) {
      assert.equal(read(combined.slice(0, length)).path, '/a/b.png');
    }
  });

  it('treats a dash as no referrer, status or size, and keeps it as an agent, which marks a bot', () => {
    const line = read(`::1 - - ${TIME} "OPTIONS * HTTP/1.0" - - "-" "-"`);
    assert.deepEqual([line.status, line.bytes, line.referrer, line.userAgent], [0, 0, '', '-']);
    assert.equal(read(`::1 - - ${TIME} "GET /" 000 0`).status, 0);
  });

  it('clamps a huge size to the largest number', () => {
    assert.equal(read(`::1 - - ${TIME} "GET /" 200 ${'9'.repeat(5000)}`).bytes, Number.MAX_SAFE_INTEGER);
    assert.equal(read(`::1 - - ${TIME} "GET /" 200 5368709120`).bytes, 5_368_709_120);
  });

  it('finds the timestamp behind a user with spaces, quotes and brackets', () => {
    for (const user of [
      'John "the" Doe',
      '[x]',
      'a [b] "c"',
      '17/May/2015:10:05:03',
      'x [17/May/2015:10:05:03',
    ]) {
      const line = read(`1.2.3.4 - ${user} ${TIME} "GET / HTTP/1.1" 200 1`);
      assert.equal(line.user, user);
      assert.equal(line.timeMs, facts.timeMs);
    }
  });

  it('ignores a timestamp within a user name', () => {
    const forged = String.raw`x [01/Jan/2001:00:00:00 +0000] \"GET /forged HTTP/1.1\" 200 1`;
    const line = read(`1.2.3.4 - ${forged} ${TIME} "GET /real HTTP/1.1" 401 1`);
    assert.equal(line.path, '/real');
    assert.equal(line.user, forged);
  });

  it('parses a line with fewer words before its timestamp', () => {
    assert.equal(read(`1.2.3.4 ${TIME} "GET / HTTP/1.1" 200 1`).user, '');
    assert.equal(read(`1.2.3.4 - ${TIME} "GET / HTTP/1.1" 200 1`).address, '1.2.3.4');
  });

  it('parses other timestamps in brackets', () => {
    const times = ['17/May/2015:10:05:03', '2015-05-17T12:05:03+02:00', '2015-05-17T10:05:03Z'];
    for (const time of times) {
      assert.equal(read(`1.2.3.4 - - [${time}] "GET /] HTTP/1.1" 200 1`).timeMs, facts.timeMs);
    }
  });

  it('unescapes quotes in referrer and agent', () => {
    const line = read(
      String.raw`::1 - - ${TIME} "GET / HTTP/1.1" 200 1 "http://a/?q=\"b\"" "say \"hi\" \\ \xe4"`,
    );
    assert.equal(line.referrer, 'http://a/?q="b"');
    assert.equal(line.userAgent, String.raw`say "hi" \ \xe4`);
  });

  it('handles quotes that the server has not escaped', () => {
    const line = read(`::1 - - ${TIME} "GET /?q="a" b HTTP/1.1" 200 1 "http://a/?q="b"&c" "say "hi"!"`);
    assert.deepEqual([line.query, line.status], ['q="a" b', 200]);
    assert.equal(line.referrer, 'http://a/?q="b"&c');
    assert.equal(line.userAgent, 'say "hi"!');
  });

  it('parses lines of up to 64 KiB', () => {
    const start = `::1 - - ${TIME} "GET /`;
    const end = ' HTTP/1.1" 414 0 "-" "-"';
    for (const length of [8192, MAX_LINE_LENGTH]) {
      const path = 'a'.repeat(length - start.length - end.length);
      assert.equal(read(start + path + end).path, `/${path}`);
    }
    assert.equal(outcome(start + 'a'.repeat(MAX_LINE_LENGTH) + end), 'too long');
  });

  it('accepts timestamps in any order', () => {
    const hours = ['10', '09', '23', '00'];
    const read0 = hours.map((hour) =>
      new Date(read(common.replace(':10:', `:${hour}:`)).timeMs).getUTCHours(),
    );
    assert.deepEqual(read0, [10, 9, 23, 0]);
  });

  it('distinguishes a blank line from one that it cannot parse', () => {
    for (const line of ['', ' ', '\r', '\t \r\n', '\0']) assert.equal(outcome(line), 'blank');
  });

  it('says why it cannot parse a line', () => {
    assert.equal(outcome('hello'), 'no timestamp');
    assert.equal(outcome('{"status":200}'), 'no timestamp');
    assert.equal(outcome('83.149.9.216 - - '), 'no timestamp');
    assert.equal(outcome('#Fields: date time c-ip'), 'no timestamp');
    assert.equal(outcome('1.2.3.4 - - [32/Jan/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1'), 'bad timestamp');
    assert.equal(outcome('1.2.3.4 - - [17/May/2015:10:05'), 'bad timestamp');
    assert.equal(outcome('1.2.3.4 - - [yesterday] "GET / HTTP/1.1" 200 1'), 'bad timestamp');
    assert.equal(outcome('[Sun May 17 10:05:03 2015] [error] [client 10.0.0.1] oops'), 'bad timestamp');
    assert.equal(outcome(`1.2.3.4 - - ${TIME}`), 'no request');
    assert.equal(outcome(`1.2.3.4 - - ${TIME} GET / 200 1`), 'no request');
    assert.equal(outcome(`1.2.3.4 - - ${TIME} "GET / HTTP/1.1`), 'no status');
    assert.equal(outcome(`1.2.3.4 - - ${TIME} "GET / HTTP/1.1"`), 'no status');
    assert.equal(outcome(`1.2.3.4 - - ${TIME} "GET / HTTP/1.1" 20`), 'no status');
    assert.equal(outcome(`1.2.3.4 - - ${TIME} "GET / HTTP/1.1" OK 12`), 'no status');
  });
});

const SAMPLE =
  process.env.HIT_SAMPLE_LOG ??
  fileURLToPath(new URL('../../../shared/data/elastic_apache_logs.gz', import.meta.url));

describe('a real log of 10,000 lines', { skip: !existsSync(SAMPLE) && `${SAMPLE} is absent` }, () => {
  it('is parsed completely, with its known hits and visitors', () => {
    const lines = gunzipSync(readFileSync(SAMPLE)).toString('latin1').trimEnd().split('\n');
    assert.deepEqual(detectRules(lines.slice(0, 100)), ANY_LINE);

    const out = createLogLine();
    const hits: Record<string, number> = {};
    const addresses = new Set<string>();
    const visitors = new Set<string>();
    for (const line of lines) {
      assert.equal(parseLine(line, FORMAT_RULES.combined, out), 'read', line);
      const day = new Date(out.timeMs).toISOString().slice(0, 10);
      hits[day] = (hits[day] ?? 0) + 1;
      addresses.add(out.address);
      visitors.add(`${day} ${out.address} ${out.userAgent}`);
    }
    assert.equal(lines.length, 10_000);
    assert.deepEqual(hits, {
      '2015-05-17': 1632,
      '2015-05-18': 2893,
      '2015-05-19': 2896,
      '2015-05-20': 2579,
    });
    assert.equal(addresses.size, 1753);
    assert.equal(visitors.size, 2144);
  });
});
