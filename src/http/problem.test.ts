import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HitError } from '../errors.ts';
import { problemOf, rawProblem } from './problem.ts';

for (const [code, status, title] of [
  ['HPE_HEADER_OVERFLOW', 431, 'Request Header Fields Too Large'],
  ['ERR_HTTP_REQUEST_TIMEOUT', 408, 'Request Timeout'],
  ['HPE_INVALID_METHOD', 400, 'Bad Request'],
] as const) {
  test(`a connection that fails with ${code} gets ${status}, as a complete response`, () => {
    const response = rawProblem(Object.assign(new Error('it failed'), { code }));
    const [head = '', body = ''] = response.split('\r\n\r\n');
    const [line, ...headers] = head.split('\r\n');
    assert.equal(line, `HTTP/1.1 ${status} ${title}`);
    assert.ok(headers.includes('content-type: application/problem+json'));
    assert.ok(headers.includes(`content-length: ${Buffer.byteLength(body)}`));
    assert.ok(headers.includes('connection: close'));
    const problem = JSON.parse(body);
    assert.equal(problem.status, status);
    assert.equal(problem.title, title);
    assert.notEqual(problem.detail, '');
  });
}

test('clients do not see messages of the engine or the disk, but those about a query or a limit', () => {
  const cause = new Error("Unknown table: In scope SELECT * FROM hits WHERE site = 'a.example'");
  for (const [error, detail] of [
    [
      new HitError('store_unavailable', `the store failed: ${cause.message}`, { cause }),
      /^store unavailable: see the log/,
    ],
    [new HitError('spool_failed', "EACCES, open '/var/lib/hits'", { cause }), /^spool failed: see the log/],
    [new HitError('query_timeout', 'query a shorter period', { cause }), /^query a shorter period$/],
    [new HitError('invalid', 'from is not a time', { cause }), /^from is not a time$/],
    [new HitError('overloaded', 'too many queries are waiting'), /^too many queries are waiting$/],
  ] as const) {
    const problem = JSON.parse(problemOf(error).body);
    assert.equal(problem.code, error.code);
    assert.match(problem.detail, detail);
  }
});
