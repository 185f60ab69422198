import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ClickHouseClient } from '@clickhouse/client';
import { HitError, messageOf } from '../errors.ts';
import type { Dialect } from './dialect.ts';
import { quote } from './literals.ts';

/** Prefix of the names of temporary folders in `tmp/` and `shadow/` of the embedded engine's folder. */
export const SCRATCH = 'scratch_';

/** The parts of a dedicated connection: see `Clients`. */
export interface ConnectionParts {
  readonly client: ClickHouseClient;
  /** Another client of the same database, to kill statements of the first. */
  readonly other: ClickHouseClient;
  readonly dialect: Dialect;
  /** The folder of the embedded engine. */
  readonly folder: string | undefined;
  /** Streams a result of the embedded engine, whose client buffers whole results. */
  readonly chunks: ((text: string, format: string) => AsyncIterable<Uint8Array>) | undefined;
  readonly onClose: () => void;
}

/**
 * A dedicated connection for long-running work, such as an export or a purge: it delays no query and no batch. The
 * number of these connections is limited, so the caller must close it.
 *
 * Statements have no bound parameters: see `withLiterals`.
 *
 * @example
 * await using connection = store.dedicatedConnection();
 * for await (const chunk of connection.stream('SELECT * FROM hits', 'CSV')) output.write(chunk);
 */
export class DedicatedConnection implements AsyncDisposable {
  readonly #parts: ConnectionParts;
  #closed = false;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
  }

  /** The folder of an engine in this process; undefined for a server. */
  get folder(): string | undefined {
    return this.#parts.folder;
  }

  /** What `queryText` needs for queries that run here. */
  get dialect(): Dialect {
    return this.#parts.dialect;
  }

  /** @param signal ends the wait for a server. Default: as long as it takes */
  async rows<Row>(text: string, signal?: AbortSignal): Promise<Row[]> {
    try {
      const limit = signal && { abort_signal: signal };
      const result = await this.#parts.client.query({ query: text, format: 'JSONEachRow', ...limit });
      return await result.json<Row>();
    } catch (error) {
      throw fault(error);
    }
  }

  /**
   * Runs a statement to completion.
   *
   * @param signal kills the statement; the call then throws
   */
  async command(text: string, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const name = `-- ${randomUUID()}`;
    const kill = () => {
      const pattern = quote(`%${name}`);
      const query = `KILL QUERY WHERE query LIKE ${pattern} ASYNC`;
      this.#parts.other.command({ query }).catch(() => undefined);
    };
    signal?.addEventListener('abort', kill, { once: true });
    try {
      await this.#parts.client.command({ query: `${text}\n${name}` });
    } catch (error) {
      throw fault(error);
    } finally {
      signal?.removeEventListener('abort', kill);
    }
  }

  /** Streams a query's result in one of ClickHouse's formats. The query ends when the caller stops reading. */
  async *stream(text: string, format: string): AsyncGenerator<Uint8Array, void, undefined> {
    const { client, chunks } = this.#parts;
    try {
      if (chunks) {
        yield* chunks(text, format);
        return;
      }
      const query = `${text}\nFORMAT ${format}`;
      const { stream } = await client.exec({
        query,
        clickhouse_settings: { cancel_http_readonly_queries_on_client_close: 1 },
      });
      for await (const chunk of stream) yield chunk as Uint8Array;
    } catch (error) {
      throw fault(error);
    }
  }

  /**
   * Runs a statement on a server that reads its rows from the request body with `input()`.
   *
   * @param text ends with the format of the rows
   * @param name query id: a server refuses a second statement with this id while the first is running
   */
  async insert(text: string, rows: AsyncIterable<Uint8Array>, name: string): Promise<void> {
    const values = Readable.from(rows, { objectMode: false });
    try {
      const { stream } = await this.#parts.client.exec({ query: text, values, query_id: name });
      for await (const _ of stream);
    } catch (error) {
      throw fault(error);
    } finally {
      values.destroy();
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#parts.onClose();
    await this.#parts.client.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function fault(error: unknown): HitError {
  if (error instanceof HitError) return error;
  return new HitError('store_unavailable', `the store failed: ${messageOf(error)}`, {
    cause: error,
    retryAfter: 5,
  });
}
