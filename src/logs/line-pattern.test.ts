import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { cpuTimeOf } from '../../test/fixtures/cpu-time.ts';
import { FORMAT_LINES, SAID } from '../../test/fixtures/format-lines.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import { LOG_FORMATS } from '../settings/log-format.ts';
import { compilePattern, parsePattern } from './line-pattern.ts';
import { createLogLine, type LogLine } from './log-line.ts';

function read(line: string, notation: string): LogLine {
  const out = createLogLine();
  assert.equal(parsePattern(line, compilePattern(notation), out), 'read', `${notation}\n${line}`);
  return out;
}

const NGINX =
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"';
const COMBINED = FORMAT_LINES.combined.trimEnd();

describe('a notation', () => {
  it('of each format reads a line of it', () => {
    for (const [format, notation] of Object.entries(LOG_FORMATS)) {
      const line = read(FORMAT_LINES[format as keyof typeof FORMAT_LINES], notation);
      assert.deepEqual({ ...line, ...SAID }, line, format);
    }
  });

  it('is accepted as it is in a configuration', () => {
    for (const notation of [
      NGINX,
      `log_format main '${NGINX.slice(0, 40)}'\n                '${NGINX.slice(40)}';`,
      `log_format main "${NGINX.replaceAll('"', '\\"')}";`,
      'LogFormat "%h %l %u %t \\"%r\\" %>s %b \\"%{Referer}i\\" \\"%{User-Agent}i\\"" combined',
      String.raw`%h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-Agent}i\"`,
    ]) {
      assert.equal(read(COMBINED, notation).userAgent, 'curl/8.5.0');
    }
  });

  it('takes the client from X-Forwarded-For if a request has it', () => {
    const notation = `"$http_x_forwarded_for" ${NGINX}`;
    assert.equal(read(`"198.51.100.4, 10.0.0.1" ${COMBINED}`, notation).address, '198.51.100.4');
    assert.equal(read(`"-" ${COMBINED}`, notation).address, SAID.address);
    const either = `"$http_cf_connecting_ip" ${notation}`;
    assert.equal(read(`"-" "198.51.100.4" ${COMBINED}`, either).address, '198.51.100.4');
    const bare = '%{X-Forwarded-For}i %h %t "%r" %>s';
    assert.equal(
      read('198.51.100.4, 10.0.0.1 10.0.0.2 [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200', bare).address,
      '198.51.100.4',
    );
  });

  it('reads parts of a request, a host with its port, and times of all kinds', () => {
    const parts = read(
      '203.0.113.7 a.example:443 GET /a ?b=c 1431857103 404',
      '%a %v:%p %m %U %q %{sec}t %s',
    );
    assert.deepEqual(
      [parts.host, parts.method, parts.path, parts.query, parts.status, parts.timeMs],
      ['a.example', 'GET', '/a', 'b=c', 404, SAID.timeMs],
    );
    for (const [time, notation] of [
      ['2015-05-17T10:05:03+00:00', '$time_iso8601'],
      ['1431857103.250', '$msec'],
      ['1431857103250', '%{msec}t'],
      ['1431857103250000', '%{usec}t'],
    ] as const) {
      const { timeMs } = read(`${time} 203.0.113.7 /a 200`, `${notation} $remote_addr $request_uri $status`);
      assert.equal(Math.floor(timeMs / 1000), SAID.timeMs / 1000, notation);
    }
  });

  it('has fields with no text between them, or with a text that fields contain', () => {
    const url = read(
      '203.0.113.7 17/May/2015:10:05:03 +0000 GET https://a.example/a/b?b=c HTTP/1.1 200',
      '$remote_addr $time_local $request_method $scheme://$host$request_uri $server_protocol $status',
    );
    assert.deepEqual([url.timeMs, url.host, url.path, url.query], [SAID.timeMs, 'a.example', '/a/b', 'b=c']);
    const port = read(
      'a.example:8080/a 2001:db8::1:4711 [17/May/2015:10:05:03 +0000] GET /a?b=c HTTP/1.1 200',
      '$host:$server_port$uri $remote_addr:$remote_port [$time_local] $request $status',
    );
    assert.deepEqual([port.host, port.address, port.path], ['a.example', '2001:db8::1', '/a']);
    const bare = read('203.0.113.7\t1431857103\tGET /a?b=c HTTP/1.1\t200', '%h\\t%{sec}t\\t%r\\t%>s');
    assert.deepEqual([bare.address, bare.path, bare.status], ['203.0.113.7', '/a', 200]);
  });

  it('has lists of upstreams that were tried one after another', () => {
    const notation = `$upstream_addr $upstream_response_time ${NGINX}`;
    for (const upstreams of [
      '- -',
      '10.0.0.1:80 0.1',
      '10.0.0.1:80, 10.0.0.2:80 : unix:/run/a.sock 0.1, 0.2 : -',
    ]) {
      assert.equal(read(`${upstreams} ${COMBINED}`, notation).address, SAID.address, upstreams);
    }
  });

  it('without a field that a hit needs is refused', () => {
    for (const [notation, what] of [
      ['%t "%r" %>s', /has no field for a client/],
      ['%h "%r" %>s', /has no field for a time/],
      ['%h %t %>s', /has no field for a request/],
      ['%h %t "%r"', /has no field for a status/],
    ] as const) {
      assert.throws(() => compilePattern(notation), what);
    }
  });

  it('reports why a line is not read', () => {
    const out = createLogLine();
    const pattern = compilePattern('%h %t "%r" %>s');
    assert.equal(parsePattern('', pattern, out), 'blank');
    assert.equal(parsePattern('hello', pattern, out), 'other format');
    assert.equal(parsePattern('1.2.3.4 [yesterday] "GET / HTTP/1.1" 200', pattern, out), 'bad timestamp');
    assert.equal(
      parsePattern('1.2.3.4 [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" OK', pattern, out),
      'no status',
    );
    assert.equal(
      parsePattern('- [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200', pattern, out),
      'no address',
    );
  });

  it('reads any quoted text that a server escapes', () => {
    const escaped = (text: string) => text.replaceAll(/["\\]/g, '\\$&');
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (referrer, agent) => {
        fc.pre(referrer !== '-' && agent !== '-' && !/[\n\r]/.test(referrer + agent));
        const fields = `"${escaped(referrer)}" "${escaped(agent)}"`;
        const line = read(
          `203.0.113.7 - - [17/May/2015:10:05:03 +0000] "GET /a HTTP/1.1" 200 1 ${fields}`,
          NGINX,
        );
        assert.deepEqual([line.referrer, line.userAgent], [referrer, agent]);
      }),
      { seed: 5, numRuns: rounds(500, 150) },
    );
  });

  it('takes linear time for hostile lines', () => {
    const notations = [
      NGINX,
      `"$http_x_forwarded_for" ${NGINX}`,
      '%{X-Forwarded-For}i %h %t %U%q %m %>s %r',
      '$remote_addr:$remote_port $upstream_addr $scheme://$host:$server_port$uri $request $time_local $status',
    ];
    for (const part of ['"', '\\"', ' ', 'a ', 'a, ', '[', '] ', '?', '1.2.3.4 ', 'a:', ', ', '://', 'A ']) {
      for (const pattern of notations.map(compilePattern)) {
        const line = part.repeat(65_000 / part.length);
        const taken = cpuTimeOf(() => parsePattern(line, pattern, createLogLine()));
        assert.ok(taken < 500, `${JSON.stringify(part)} took ${taken} ms`);
      }
    }
  });
});
