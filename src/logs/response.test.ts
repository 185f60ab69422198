import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readLogFields } from '../settings/log-fields.ts';
import { rulesOf } from './format-detection.ts';
import { LineParser } from './line-parser.ts';

const HEAD = '203.0.113.7 - - [17/May/2015:10:05:03 +0000] "GET /a HTTP/1.1"';
const json = (more: object) =>
  JSON.stringify({
    time: '2015-05-17T10:05:03Z',
    remote_addr: '203.0.113.7',
    request: 'GET / HTTP/1.1',
    status: 200,
    ...more,
  });

/** Size in bytes and duration in microseconds of a response, as a line says; -1 is unknown. */
function responseOf(lines: string, { format = 'auto', fields }: { format?: string; fields?: string } = {}) {
  const stated = fields === undefined ? {} : { fields: readLogFields(fields, '--fields') };
  const parser = new LineParser(rulesOf(format, lines, stated), 'site.example');
  const bytes = Buffer.from(lines);
  parser.open(bytes);
  let found: readonly [number, number] | undefined;
  for (let at = 0; at < bytes.length; ) {
    at = parser.next(at);
    if (parser.outcome === 'read') found = [parser.facts.bytes, parser.facts.responseTime];
  }
  assert.ok(found, lines);
  return found;
}

describe('the size of a response', () => {
  it('is that in the log, by both parsers, and unknown where the log has none', () => {
    for (const [rest, bytes] of [
      ['200 512', 512],
      ['200 512 "-" "curl/8.5.0"', 512],
      ['200 5368709120 "-" "curl/8.5.0"', 5_368_709_120],
      ['304 -', 0],
      ['304 - "-" "curl/8.5.0"', 0],
      ['304 0', 0],
      // The agent is escaped, so the fast path declines.
      [String.raw`200 7 "-" "a\"b"`, 7],
      [String.raw`304 - "-" "a\"b"`, 0],
      ['200', -1],
      ['200 "https://x.example/" "Mozilla/5.0"', -1],
      [`200 ${'9'.repeat(30)}`, Number.MAX_SAFE_INTEGER],
    ] as const) {
      assert.deepEqual(responseOf(`${HEAD} ${rest}`), [bytes, -1], rest);
    }
    assert.deepEqual(responseOf(json({ body_bytes_sent: '512' })), [512, -1]);
    assert.deepEqual(responseOf(json({})), [-1, -1]);
    assert.deepEqual(responseOf(json({ bytes: null })), [-1, -1]);
    assert.deepEqual(responseOf(`${HEAD} 304 -`, { format: '%h %l %u %t "%r" %>s %b' }), [0, -1]);
    assert.deepEqual(responseOf(`${HEAD} 304`, { format: '%h %l %u %t "%r" %>s' }), [-1, -1]);
  });
});

describe('the duration of a response', () => {
  it('is in the unit of its notation', () => {
    for (const [token, text, time] of [
      ['%D', '1500', 1500],
      ['%T', '2', 2_000_000],
      ['%{ms}T', '12', 12_000],
      ['%{us}T', '12', 12],
      ['$request_time', '0.123', 123_000],
      ['$request_time', '-', -1],
      ['%D', '99999999999', 2 ** 31 - 1],
    ] as const) {
      assert.deepEqual(
        responseOf(`${HEAD} 200 512 ${text}`, { format: `%h %l %u %t "%r" %>s %b ${token}` }),
        [512, time],
        token,
      );
    }
  });

  it('is in the unit of the program that writes JSON, or as the user states it', () => {
    for (const [more, time] of [
      [{ request_time: '0.123' }, 123_000],
      [{ duration: 0.001 }, 1000],
      [{ duration: 7.3e-7 }, 1],
      [{ duration: 226, response_code: 200 }, 226_000],
      [{ Duration: 1_500_000 }, 1500],
      [{ event: { duration: 1_500_000 } }, 1500],
      [{ httpRequest: { latency: '0.013s' } }, 13_000],
      [{ responseLatency: 15 }, 15_000],
      [{ request_time: 'soon' }, -1],
    ] as const) {
      assert.deepEqual(responseOf(json(more)), [-1, time], JSON.stringify(more));
    }
    const own = json({ took: 15, size_: 9, request_time: 1 });
    assert.deepEqual(responseOf(own, { fields: 'response_time=took:ms,bytes=size_' }), [9, 15_000]);
    assert.deepEqual(responseOf(own, { fields: 'response_time=took' }), [-1, 15_000_000]);
    const withCode = json({ duration: 226, response_code: 200 });
    assert.deepEqual(responseOf(withCode, { fields: 'response_time=duration:us' }), [-1, 226]);
  });

  it('is read from the lines of load balancers, IIS, CloudFront, Squid, S3 and Envoy', () => {
    const aws = (times: string) =>
      `2015-05-17T10:05:03.123456Z lb 203.0.113.7:2817 10.0.0.1:80 ${times} 200 200 0 29 "GET http://www.example.com:80/a HTTP/1.1" "curl/8.5.0" - -`;
    const w3c = (time: string) =>
      `#Fields: date time c-ip cs-method cs-uri-stem sc-status sc-bytes time-taken\n2015-05-17 10:05:03 203.0.113.7 GET /a 200 512 ${time}`;
    for (const [lines, response] of [
      [aws('0.000073 0.001048 0.000057'), [29, 1178]],
      [aws('-1 -1 -1'), [29, -1]],
      [
        '203.0.113.7:33317 [17/May/2015:10:05:03.655] http-in web/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 "GET /a HTTP/1.1"',
        [2750, 109_000],
      ],
      [
        '203.0.113.7:33317 [17/May/2015:10:05:03.655] http-in web/srv1 10/0/30/69/+109 200 +2750 - - ---- 1/1/1/1/0 0/0 "GET /a HTTP/1.1"',
        [2750, 109_000],
      ],
      [w3c('15'), [512, 15_000]],
      [w3c('0.015'), [512, 15_000]],
      [w3c('-'), [512, -1]],
      [
        '1431857103.655     12 203.0.113.7 TCP_MISS/200 512 GET http://www.example.com/a?b=c - HIER_DIRECT/93.184.216.34 text/html',
        [512, 12_000],
      ],
      [
        '79a5 www.example.com [17/May/2015:10:05:03 +0000] 203.0.113.7 - 3E57427F3 REST.GET.OBJECT a "GET /a HTTP/1.1" 200 - 512 512 70 10 "-" "curl/8.5.0" -',
        [512, 70_000],
      ],
      [
        '[2015-05-17T10:05:03.655Z] "GET /a?b=c HTTP/2" 200 - 0 512 226 100 "203.0.113.7, 10.0.0.2" "curl/8.5.0" "cc21d9b0" "www.example.com" "10.0.0.2:80"',
        [512, 226_000],
      ],
    ] as const) {
      assert.deepEqual(responseOf(lines), response, lines);
    }
  });
});
