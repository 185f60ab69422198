/** Readers without a token that send expensive queries, each one after another, until they are told to end. */

import { type Agent, request } from 'node:http';

/** What the readers got. */
export interface ReaderAnswers {
  /** Answers by status. */
  readonly statuses: Readonly<Record<number, number>>;
  readonly seconds: number;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Sends a request, and reads its answer. */
export function get(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>>,
  agent?: Agent,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sending = request({ port, host: '127.0.0.1', path, headers, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode!, text }));
    });
    sending.on('error', reject);
    sending.end();
  });
}

/** Readers at work. Each has an address of its own, and no query is that of another reader, or an earlier one. */
export class AnonymousReaders {
  readonly #began = performance.now();
  readonly #statuses: Record<number, number> = {};
  readonly #readers: Promise<void>[];
  #isOver = false;

  /** @param pathOf the query of a reader, by its number among all */
  constructor(port: number, count: number, pathOf: (query: number) => string) {
    let queries = 0;
    this.#readers = Array.from({ length: count }, async (_, reader) => {
      const headers = { 'x-forwarded-for': `203.0.113.${reader}` };
      while (!this.#isOver) {
        const { status } = await get(port, pathOf(queries++), headers);
        if (!this.#isOver) this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
      }
    });
  }

  /** Ends the readers after their queries in progress. @returns the answers until now */
  async end(): Promise<ReaderAnswers> {
    this.#isOver = true;
    const seconds = (performance.now() - this.#began) / 1000;
    await Promise.all(this.#readers);
    return { statuses: this.#statuses, seconds };
  }
}
