import { Agent, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import { HitError, messageOf } from '../../errors.ts';
import { PEER_HEADER } from '../client-address.ts';
import { problemOf } from '../problem.ts';

/** Forwards a request to the main thread's server, and returns its answer. */
export class ForwardProxy {
  readonly #socketPath: string;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  pass(request: IncomingMessage, response: ServerResponse): void {
    try {
      this.#pass(request, response);
    } catch (error) {
      // A header or an address that can be received, but not sent.
      fail(response, new HitError('invalid', messageOf(error)));
    }
  }

  #pass(request: IncomingMessage, response: ServerResponse): void {
    const { method, url: path } = request;
    const headers = endToEnd(request.rawHeaders);
    headers.push(PEER_HEADER, request.socket.remoteAddress ?? '');
    const forwarded = send({ socketPath: this.#socketPath, agent: this.#agent, method, path, headers });
    forwarded.on('response', (answer) => {
      response.writeHead(answer.statusCode!, endToEnd(answer.rawHeaders));
      answer.pipe(response);
    });
    forwarded.on('error', (error) => {
      const message = `the main thread does not answer: ${messageOf(error)}`;
      fail(response, new HitError('overloaded', message, { retryAfter: 1 }));
    });
    response.on('close', () => {
      // The rest of a body that was refused: the next request on the connection is behind it.
      request.unpipe(forwarded).resume();
      // A client that disconnects, for example from a stream of events, waits for nothing more.
      forwarded.destroy();
    });
    request.pipe(forwarded);
  }

  close(): void {
    this.#agent.destroy();
  }
}

/**
 * Hop-by-hop headers (RFC 9110, 7.6.1): a client that closes its connection does not close the one to the main thread; what it
 * expects, the thread has answered. And the header that only threads may send.
 */
const OF_ONE_CONNECTION = new Set(['connection', 'keep-alive', 'proxy-connection', 'expect', PEER_HEADER]);

/** @param headers alternating names and values */
function endToEnd(headers: readonly string[]): string[] {
  return headers.filter((_, at) => !OF_ONE_CONNECTION.has(headers[at - (at % 2)]!.toLowerCase()));
}

function fail(response: ServerResponse, error: HitError): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, headers, body } = problemOf(error);
  response.writeHead(status, headers).end(body);
}
