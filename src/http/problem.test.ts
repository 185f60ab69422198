import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rawProblem } from './problem.ts';

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
