/** A body without an end is not read after the answer: the connection ends. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BEARER } from '../fixtures/any-server.ts';
import { file } from '../fixtures/file-scope.ts';
import { ServerHere } from '../fixtures/server-here.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const JSON_TYPE = 'content-type: application/json';
const server = await ServerHere.start(file, temporaryFolder(file), '--tracker', 'simple,rate');

describe('a body without an end', { concurrency: true }, () => {
  for (const [request, header, status] of [
    ['GET /hit.gif?site=a.example', JSON_TYPE, 200],
    ['GET /', JSON_TYPE, 200],
    ['GET /healthz', JSON_TYPE, 200],
    ['POST /hit', 'content-type: text/html', 415],
    ['POST /hit', JSON_TYPE, 413],
    ['POST /hit', `${JSON_TYPE}\r\nexpect: nothing`, 413],
    ['GET /hit.gif?site=a.example', `${JSON_TYPE}\r\nexpect: nothing`, 200],
    ['POST /api/v1/query', JSON_TYPE, 401],
    ['POST /api/v1/hits', JSON_TYPE, 401],
    ['POST /api/v1/hits', `${JSON_TYPE}\r\nauthorization: ${BEARER.authorization}`, 413],
    ['DELETE /api/v1/tokens/x', JSON_TYPE, 401],
    ['POST /nowhere', JSON_TYPE, 413],
  ] as const)
    test(`ends the connection after the answer ${status} to ${request}${header.includes('expect') ? ' that expects something else' : ''}`, async () => {
      const head = ['host: a.example', header, 'transfer-encoding: chunked'];
      const socket = server.connect(`${request} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n`);
      // 17 MB within a second: more than any route reads.
      const size = 350_000;
      const chunk = `${size.toString(16)}\r\n${'x'.repeat(size)}\r\n`;
      const sending = setInterval(() => socket.writableLength < size && socket.write(chunk), 20);
      socket.setEncoding('latin1');
      try {
        let said = '';
        socket.on('data', (text: string) => {
          said += text;
        });
        // It may close with an error, as the client is still sending.
        await new Promise((resolve) => socket.once('close', resolve));
        assert.match(said, new RegExp(`^HTTP/1.1 ${status} `));
      } finally {
        clearInterval(sending);
      }
    });
});
