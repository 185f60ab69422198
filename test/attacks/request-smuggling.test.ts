/** A request that proxies and servers could delimit differently is refused, and its connection ends: nothing is smuggled behind it. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FIREFOX } from '../fixtures/any-server.ts';
import { file } from '../fixtures/file-scope.ts';
import { ServerHere } from '../fixtures/server-here.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const server = await ServerHere.start(file, temporaryFolder(file), '--tracker', 'simple,rate');

const AGENT = `user-agent: ${FIREFOX}`;
/** What would be counted if the server took it as a request of its own. */
const SMUGGLED = [
  'GET /hit.gif?site=smuggled.example&path=/ HTTP/1.1',
  'host: smuggled.example',
  AGENT,
  '\r\n',
].join('\r\n');
const BODY = '{"site":"a.example","path":"/"}';
const LENGTH = `content-length: ${BODY.length}`;
const CHUNKED = 'transfer-encoding: chunked';
const CHUNK = `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`;

/** A report with these headers and this body. */
function report(headers: readonly string[], body: string, line = 'POST /hit HTTP/1.1'): string {
  return [line, 'host: a.example', AGENT, 'content-type: application/json', ...headers, '', body].join(
    '\r\n',
  );
}

const SHAPES: Readonly<Record<string, string>> = {
  'a length and chunks': report([LENGTH, CHUNKED], CHUNK),
  'chunks and a length': report([CHUNKED, LENGTH], CHUNK),
  'two lengths': report([LENGTH, 'content-length: 0'], BODY),
  'two equal lengths': report([LENGTH, LENGTH], BODY),
  'a list of lengths': report([`content-length: ${BODY.length}, 0`], BODY),
  'a list of equal lengths': report([`content-length: ${BODY.length}, ${BODY.length}`], BODY),
  'a negative length': report(['content-length: -1'], BODY),
  'a length with a sign': report([`content-length: +${BODY.length}`], BODY),
  'a hexadecimal length': report(['content-length: 0x1f'], BODY),
  'a length with a fraction': report([`content-length: ${BODY.length}.0`], BODY),
  'a length with an exponent': report(['content-length: 3e1'], BODY),
  'a length with text': report([`content-length: ${BODY.length}a`], BODY),
  'a length with a space in it': report(['content-length: 3 1'], BODY),
  'an empty length': report(['content-length:'], BODY),
  'a length beyond 64 bits': report(['content-length: 99999999999999999999'], BODY),
  'a length before a space and a colon': report([`content-length : ${BODY.length}`], BODY),
  'chunks before a space and a colon': report(['transfer-encoding : chunked'], CHUNK),
  'chunks after a tab and a colon': report(['transfer-encoding\t: chunked'], CHUNK),
  'an unknown encoding': report(['transfer-encoding: xchunked'], CHUNK),
  'an unknown encoding and a length': report(['transfer-encoding: xchunked', LENGTH], BODY),
  'identity and a length': report(['transfer-encoding: identity', LENGTH], BODY),
  'chunks that are not last': report(['transfer-encoding: chunked, identity'], CHUNK),
  'chunks twice': report(['transfer-encoding: chunked, chunked'], CHUNK),
  'chunks in two headers': report([CHUNKED, CHUNKED], CHUNK),
  'chunks in quotes': report(['transfer-encoding: "chunked"'], CHUNK),
  'chunks after a control character': report(['transfer-encoding: \u000bchunked'], CHUNK),
  'chunks with an end of line in the value': report(['transfer-encoding:\n chunked'], CHUNK),
  'a header on two lines': report(['x-a: b\r\n content-length: 0', LENGTH], BODY),
  'a header without a colon': report(['x-a', LENGTH], BODY),
  'a header without a name': report([': x', LENGTH], BODY),
  'a header with a NUL': report(['x-a: b\u0000c', LENGTH], BODY),
  'a header with a bare carriage return': report([`x-a: b\r${LENGTH}`], BODY),
  'chunks and HTTP/1.0': report([CHUNKED, LENGTH], CHUNK, 'POST /hit HTTP/1.0'),
  'a chunk with a negative size': report([CHUNKED], `-1\r\n${BODY}\r\n0\r\n\r\n`),
  'a chunk with a hexadecimal prefix': report([CHUNKED], `0x1f\r\n${BODY}\r\n0\r\n\r\n`),
  'a chunk with a size beyond 64 bits': report([CHUNKED], `fffffffffffffffff\r\n${BODY}\r\n0\r\n\r\n`),
  'a chunk with a space before its size': report([CHUNKED], ` 1f\r\n${BODY}\r\n0\r\n\r\n`),
  'a chunk that is longer than its size': report([CHUNKED], `1e\r\n${BODY}\r\n0\r\n\r\n`),
  'a chunk whose size ends with a line feed': report([CHUNKED], `1f\n${BODY}\r\n0\r\n\r\n`),
  'a version that does not exist': report([LENGTH], BODY, 'POST /hit HTTP/1.9'),
  'two paths': report([LENGTH], BODY, 'POST /hit /hit HTTP/1.1'),
  'a space before the method': report([LENGTH], BODY, ' POST /hit HTTP/1.1'),
  'two hosts': report(['host: b.example', LENGTH], BODY),
};

describe('a request with', () => {
  for (const [shape, request] of Object.entries(SHAPES)) {
    test(`${shape} is refused, and nothing behind it is read`, async () => {
      const said = await server.raw(request + SMUGGLED);
      const statuses = Array.from(said.matchAll(/HTTP\/1\.1 (\d+) /g), ([, status]) => Number(status));
      assert.deepEqual(statuses, [400], said);
      for (const site of ['a.example', 'smuggled.example'])
        assert.deepEqual(await server.total(site), { hits: 0, visitors: 0 }, site);
    });
  }

  test('one length, or chunks alone, is counted, and so is the next one', async () => {
    const close = SMUGGLED.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n').replaceAll(
      'smuggled',
      'next',
    );
    for (const request of [report([LENGTH], BODY), report([CHUNKED], CHUNK)]) {
      const said = await server.raw(request + close);
      assert.deepEqual(said.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 202', 'HTTP/1.1 200']);
    }
    assert.equal((await server.total('a.example')).hits, 2);
    assert.equal((await server.total('next.example')).hits, 2);
  });
});
