/**
 * The minimum that a server on `node:http` can do, which is the limit for any server on Node: it answers a GET with 204, and
 * a POST with the length of its parsed JSON array. Runs as a separate program.
 *
 * `node bench/bare-server.ts` prints its address to stderr.
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
// The same as ours: a connection that is rarely used must not be closed.
server.keepAliveTimeout = 72_000;
server.listen(0, '127.0.0.1', () => {
  console.error(`bare node:http at http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
