import { Agent, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import { HitError, messageOf } from '../../errors.ts';
import { problemOf } from '../problem.ts';

/** Passes a request on to the main thread's server, and its answer back. */
export class Forward {
  readonly #socketPath: string;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  pass(request: IncomingMessage, response: ServerResponse): void {
    try {
      this.#pass(request, response);
    } catch (error) {
      // A header or an address that may come, but may not be sent.
      fail(response, new HitError('invalid', messageOf(error)));
    }
  }

  #pass(request: IncomingMessage, response: ServerResponse): void {
    const { method, url: path } = request;
    const headers = endToEnd(request.rawHeaders);
    const forwarded = send({ socketPath: this.#socketPath, agent: this.#agent, method, path, headers });
    forwarded.on('response', (answer) => {
      response.writeHead(answer.statusCode!, endToEnd(answer.rawHeaders));
      answer.pipe(response);
    });
    forwarded.on('error', (error) => {
      const message = `the main thread does not answer: ${messageOf(error)}`;
      fail(response, new HitError('overloaded', message, { retryAfter: 1 }));
    });
    // Who hangs up waits for nothing more, as of a stream of events.
    response.on('close', () => forwarded.destroy());
    request.pipe(forwarded);
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** Of one connection, and not of the next (RFC 9110, 7.6.1): a client that will hang up says nothing of us and the main thread. */
const OF_ONE_CONNECTION = new Set(['connection', 'keep-alive', 'proxy-connection']);

/** @param headers names and values in turn */
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
