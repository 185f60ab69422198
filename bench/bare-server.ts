/**
 * The least that a server on `node:http` can do, which is the limit for one on Node: a GET is answered with 204, and
 * the JSON array of a POST is parsed and its length told. Runs as a program of its own.
 *
 * `node bench/bare-server.ts` says on stderr where it listens.
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

function parseBatch(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const hits: unknown[] = JSON.parse(Buffer.concat(chunks).toString());
    response.writeHead(202, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ accepted: hits.length }));
  });
}

const server = createServer((request, response) => {
  if (request.method === 'POST') {
    parseBatch(request, response);
    return;
  }
  response.writeHead(204);
  response.end();
});
// As long as ours: a connection that has its turn seldom must not be hung up on.
server.keepAliveTimeout = 72_000;
server.listen(0, '127.0.0.1', () => {
  console.error(`bare node:http at http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
