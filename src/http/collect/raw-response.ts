import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HitError } from '../../errors.ts';
import { problemOf } from '../problem.ts';

/**
 * The request of a hit, and its answer, sent as one write: on the way of a hit the system calls are most of the cost,
 * and a body that is a Buffer would be one more. A route of Fastify's hijacks its reply before it makes one.
 */
export class RawResponse {
  readonly request: IncomingMessage;
  readonly #response: ServerResponse;
  /** Names and values in turn. */
  readonly #headers: string[] = [];

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.request = request;
    this.#response = response;
  }

  /** Adds a header to whatever is sent. */
  header(name: string, value: string): this {
    this.#headers.push(name, value);
    return this;
  }

  /**
   * @param headers names and values in turn, `content-length` left out
   * @param body one byte a character
   */
  send(status: number, headers: readonly string[], body: string): void {
    this.#response.writeHead(status, [...headers, 'content-length', String(body.length), ...this.#headers]);
    this.#response.end(body, 'latin1');
  }

  /** Answers with a problem. */
  fail(error: HitError): void {
    const { status, headers, body } = problemOf(error);
    this.send(status, Object.entries(headers).flat(), Buffer.from(body).toString('latin1'));
  }
}
