import { existsSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ErrorCode, HitError, messageOf } from '../errors.ts';
import { controlSocket } from '../folder/control-socket.ts';
import type { QueryParams } from '../query/params.ts';

/** Client of the server that runs on a data folder, over the socket in it. */
export class ControlClient {
  readonly #socket: string;

  private constructor(socket: string) {
    this.#socket = socket;
  }

  /**
   * @param signal cancels the request
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
   * Requests a JSON answer.
   *
   * @param signal cancels the request
   */
  async get<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
    return answerOf<Answer>(await this.#send('GET', path, { signal }));
  }

  /**
   * Sends JSON, or nothing.
   *
   * @returns the JSON of the answer; undefined if it has no body
   */
  async send<Answer>(method: 'POST' | 'DELETE', path: string, value?: unknown): Promise<Answer> {
    const body = value === undefined ? undefined : Readable.from([JSON.stringify(value)]);
    return answerOf<Answer>(await this.#send(method, path, { body, type: 'application/json' }));
  }

  /** Requests an answer as a stream. */
  async stream(path: string): Promise<Readable> {
    const response = await this.#send('GET', path);
    if (response.statusCode !== 200) await answerOf(response);
    const bytes = Readable.from(chunksOf<Buffer>(response), { objectMode: false });
    return bytes.once('close', () => response.destroy());
  }

  /** Sends a stream, and passes on each line of the NDJSON answer as it arrives. */
  async post(path: string, body: Readable, onLine: (line: Record<string, unknown>) => void): Promise<void> {
    let rest = '';
    const response = await this.#send('POST', path, { body });
    if (response.statusCode !== 200) {
      const problem = await textOf(response);
      // The server does not read the rest of the stream, so sending it would never end.
      // The socket is already gone if all was read.
      (response.socket as Socket | null)?.destroy();
      parseAnswer(response, problem);
    }
    for await (const chunk of chunksOf<string>(response.setEncoding('utf8'))) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(JSON.parse(line));
    }
  }

  #send(
    method: string,
    path: string,
    {
      body,
      type = 'application/octet-stream',
      signal,
    }: { body?: Readable | undefined; type?: string; signal?: AbortSignal | undefined } = {},
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = body ? { 'content-type': type } : {};
      // A kept connection may be closed by the server just when it is used again.
      const connection = { socketPath: this.#socket, agent: false };
      const sent = request({ ...connection, method, path, headers, ...(signal && { signal }) });
      sent.on('response', resolve);
      sent.on('error', (error) => reject(disconnected(error)));
      if (body) pipeline(body, sent).catch((error) => reject(disconnected(error)));
      else sent.end();
    });
  }
}

/** Parameters as a query string; a list becomes a repeated parameter. */
export function queryOf(params: QueryParams): URLSearchParams {
  return new URLSearchParams(
    Object.entries(params).flatMap(([name, value]) => [value].flat().map((text) => [name, String(text)])),
  );
}

function disconnected(error: unknown): HitError {
  return new HitError(
    'store_unavailable',
    `the server on this data folder closed the connection: ${messageOf(error)}`,
    {
      cause: error,
    },
  );
}

/** Codes of server problems → the code with which the command ends. */
const PROBLEMS: Readonly<Record<string, ErrorCode>> = { invalid: 'bad_usage', not_found: 'not_found' };

function parseAnswer<Answer>(response: IncomingMessage, text: string): Answer {
  if (response.statusCode === 204) return undefined as Answer;
  const answer = JSON.parse(text) as Answer & { readonly code?: string; readonly detail?: string };
  if (response.statusCode === 200 || response.statusCode === 201) return answer;
  throw new HitError(PROBLEMS[answer.code ?? ''] ?? 'store_unavailable', answer.detail ?? text);
}

async function answerOf<Answer>(response: IncomingMessage): Promise<Answer> {
  return parseAnswer<Answer>(response, await textOf(response));
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of chunksOf<string>(response.setEncoding('utf8'))) text += chunk;
  return text;
}

/** The body of a response. @throws HitError `store_unavailable` if the connection breaks before its end */
async function* chunksOf<Chunk extends string | Buffer>(response: IncomingMessage): AsyncGenerator<Chunk> {
  try {
    yield* response as AsyncIterable<Chunk>;
  } catch (error) {
    throw disconnected(error);
  }
}
