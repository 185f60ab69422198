import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HitError } from '../../errors.ts';
import { problemOf } from '../problem.ts';

/**
 * The request of a hit, and its answer, sent as one write: system calls are most of the cost of a hit, and a Buffer as
 * body would add one. A Fastify route must hijack its reply first.
 */
export class RawResponse {
  readonly request: IncomingMessage;
  readonly #response: ServerResponse;
  /** Alternating names and values. */
  readonly #headers: string[] = [];

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.request = request;
    this.#response = response;
  }

  /** Adds a header to every answer. */
  header(name: string, value: string): this {
    this.#headers.push(name, value);
    return this;
  }

  /**
   * @param headers alternating names and values, without `content-length`
   * @param body one byte per character
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
