import { existsSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ErrorCode, HitError, messageOf } from '../errors.ts';
import type { QueryParams } from '../query/params.ts';

/** The socket of a server that runs on a data folder. */
export function controlSocket(dataDir: string): string {
  return join(resolve(dataDir), 'control.sock');
}

/** Speaks with the server that runs on a data folder, over the socket in it. */
export class ControlClient {
  readonly #socket: string;

  private constructor(socket: string) {
    this.#socket = socket;
  }

  /**
   * @param signal gives up
   * @returns undefined if no server runs on the folder
   */
  static async connect(dataDir: string, signal?: AbortSignal): Promise<ControlClient | undefined> {
    const socket = controlSocket(dataDir);
    if (!existsSync(socket)) return undefined;
    const client = new ControlClient(socket);
    return client.get('/healthz', signal).then(
      () => client,
      () => undefined,
    );
  }

  /**
   * A JSON answer.
   *
   * @param signal gives up
   */
  async get<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
    const response = await this.#send('GET', path, { signal });
    const text = await textOf(response).catch((error) => {
      throw gone(error);
    });
    return parseAnswer<Answer>(response, text);
  }

  /** An answer as it comes. */
  async stream(path: string): Promise<Readable> {
    const response = await this.#send('GET', path);
    if (response.statusCode !== 200) parseAnswer(response, await textOf(response));
    return response;
  }

  /** Sends a stream, and hands on each line of the NDJSON answer as it comes. */
  async post(path: string, body: Readable, onLine: (line: Record<string, unknown>) => void): Promise<void> {
    let rest = '';
    const response = await this.#send('POST', path, { body });
    if (response.statusCode !== 200) {
      const problem = await textOf(response);
      // The server does not read the rest of the stream, so that sending it would not end.
      // It is gone already where all was read.
      (response.socket as Socket | null)?.destroy();
      parseAnswer(response, problem);
    }
    response.setEncoding('utf8');
    for await (const chunk of response) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(JSON.parse(line));
    }
  }

  #send(
    method: string,
    path: string,
    { body, signal }: { body?: Readable; signal?: AbortSignal | undefined } = {},
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = body ? { 'content-type': 'application/octet-stream' } : {};
      const sent = request({ socketPath: this.#socket, method, path, headers, ...(signal && { signal }) });
      sent.on('response', resolve);
      sent.on('error', (error) => reject(gone(error)));
      if (body) pipeline(body, sent).catch((error) => reject(gone(error)));
      else sent.end();
    });
  }
}

/** Words as a query string; a list becomes a word several times. */
export function queryOf(words: QueryParams): URLSearchParams {
  return new URLSearchParams(
    Object.entries(words).flatMap(([name, value]) => [value].flat().map((text) => [name, String(text)])),
  );
}

function gone(error: unknown): HitError {
  return new HitError(
    'store_unavailable',
    `the server on this data folder closed the connection: ${messageOf(error)}`,
    {
      cause: error,
    },
  );
}

/** Codes of the server's problems that a command ends with as they are, or as its own. */
const PROBLEMS: Readonly<Record<string, ErrorCode>> = { invalid: 'bad_usage', not_found: 'not_found' };

function parseAnswer<Answer>(response: IncomingMessage, text: string): Answer {
  const answer = JSON.parse(text) as Answer & { readonly code?: string; readonly detail?: string };
  if (response.statusCode === 200) return answer;
  throw new HitError(PROBLEMS[answer.code ?? ''] ?? 'store_unavailable', answer.detail ?? text);
}

async function textOf(response: IncomingMessage): Promise<string> {
  response.setEncoding('utf8');
  let text = '';
  for await (const chunk of response) text += chunk;
  return text;
}
