import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ClickHouseClient } from '@clickhouse/client';
import { HitError, messageOf } from '../errors.ts';
import { quote } from './literals.ts';

/** Bytes of a statement: one that names the runs of a program can be longer than the engine's 256 KiB. */
const LONGEST_STATEMENT = '16777216';

/** Begins the names of folders for what does not last, in `tmp/` and `shadow/` of the embedded engine's folder. */
export const SCRATCH = 'scratch_';

/** What a connection of its own is made of: see `Clients`. */
export interface ConnectionParts {
  readonly client: ClickHouseClient;
  /** Another client of the same database, to end what the first one does. */
  readonly other: ClickHouseClient;
  /** The folder of the embedded engine. */
  readonly folder: string | undefined;
  /** Streams a result of the embedded engine, whose client holds results whole. */
  readonly chunks: ((text: string, format: string) => AsyncIterable<Uint8Array>) | undefined;
  readonly onClose: () => void;
}

/**
 * A connection of its own for work that may last, such as an export or a purge: it keeps no question and no batch
 * waiting. There are few of them, so whoever has one closes it.
 *
 * Statements come without bound parameters: see `withLiterals`.
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

  async rows<Row>(text: string): Promise<Row[]> {
    try {
      const result = await this.#parts.client.query({
        query: text,
        format: 'JSONEachRow',
        clickhouse_settings: { max_query_size: LONGEST_STATEMENT },
      });
      return await result.json<Row>();
    } catch (error) {
      throw fault(error);
    }
  }

  /**
   * Runs a statement to its end.
   *
   * @param signal ends it; it throws then
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
      await this.#parts.client.command({
        query: `${text}\n${name}`,
        clickhouse_settings: { max_query_size: LONGEST_STATEMENT },
      });
    } catch (error) {
      throw fault(error);
    } finally {
      signal?.removeEventListener('abort', kill);
    }
  }

  /** The result of a query in one of ClickHouse's formats, as it comes. Whoever stops reading ends the query. */
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
   * Runs a statement of a server whose rows are the body of the request, by `input()`.
   *
   * @param text ends with their format
   * @param name a server refuses a second statement of this name while the first is under way
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
