import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import type { ClickHouseClient } from '@clickhouse/client';
import { HitError, messageOf } from '../errors.ts';
import { ROW_STRUCTURES } from '../hit/row.ts';
import type { Segment } from '../spool/segment.ts';
import type { Sink } from '../spool/sink.ts';
import { Clients } from './client.ts';
import { migrate } from './migrate.ts';
import { queryText } from './sql.ts';

/** Bounds of every read, so that a report neither starves the intake nor brings the process down. */
const READ_BOUNDS = { max_threads: 2, max_execution_time: 60, max_memory_usage: 2_000_000_000 };

/** Values of a query's parameters. */
export type Parameters = Readonly<Record<string, string | number | readonly number[]>>;

export interface StoreOptions {
  /** `embedded`, or the URL of a ClickHouse server. */
  readonly setting: string;
  /** Folder of the embedded engine. */
  readonly folder: string;
}

/**
 * The database of hits: ClickHouse, in this process or on a server, with the same SQL.
 *
 * @example
 * await using store = await Store.open({ setting: 'embedded', folder: './data/store' });
 * await store.rows('sites', {}); // [{ site: 'example.com', hits: 17, … }]
 */
export class Store implements Sink {
  readonly name = 'store';
  readonly #clients: Clients;

  private constructor(clients: Clients) {
    this.#clients = clients;
  }

  /** Opens the database, and brings its schema up to date. */
  static async open(options: StoreOptions): Promise<Store> {
    const clients =
      options.setting === 'embedded' ? Clients.embedded(options.folder) : Clients.remote(options.setting);
    try {
      await migrate(clients.writer);
    } catch (error) {
      await clients.close();
      throw asHitError(error);
    }
    return new Store(clients);
  }

  /** The rows of a query, by the name of its file. */
  rows<Row>(query: string, parameters: Parameters): Promise<Row[]> {
    return this.#read(query, async (reader, text) => {
      const result = await reader.query({ query: text, query_params: parameters, format: 'JSONEachRow' });
      return result.json<Row>();
    });
  }

  /** The result of a query as bytes of ClickHouse's RowBinary format, for more rows than objects should be made of. */
  bytes(query: string, parameters: Parameters): Promise<Buffer> {
    return this.#read(query, async (reader, text) => {
      const result = await reader.exec({ query: `${text}\nFORMAT RowBinary`, query_params: parameters });
      return collect(result.stream);
    });
  }

  /** Puts a segment into the database, once. */
  async deliver(segment: Segment): Promise<void> {
    const structure = ROW_STRUCTURES[segment.layout];
    if (!structure)
      throw new HitError('data_dir_newer', `segment layout ${segment.layout} is of a newer version`);
    try {
      await (this.#clients.embedded
        ? this.#insertFile(segment, structure)
        : this.#insertStream(segment, structure));
      if (segment.note) await this.#command('insert_import', segment.note);
    } catch (error) {
      throw asHitError(error);
    }
  }

  async close(): Promise<void> {
    await this.#clients.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #insertFile(segment: Segment, structure: string): Promise<void> {
    const rows = `file(${quote(segment.path)}, 'RowBinary', ${quote(structure)})`;
    await this.#clients.writer.command({ query: insertText(rows, segment.id) });
  }

  async #insertStream(segment: Segment, structure: string): Promise<void> {
    const result = await this.#clients.writer.exec({
      query: `${insertText(`input(${quote(structure)})`, segment.id)} FORMAT RowBinary`,
      values: createReadStream(segment.path),
    });
    await collect(result.stream);
  }

  async #command(query: string, parameters: Parameters): Promise<void> {
    await this.#clients.writer.command({ query: queryText(query), query_params: parameters });
  }

  async #read<Result>(
    query: string,
    run: (reader: ClickHouseClient, text: string) => Promise<Result>,
  ): Promise<Result> {
    const bounds = Object.entries(READ_BOUNDS).map(([name, value]) => `${name} = ${value}`);
    const text = `${queryText(query)}\nSETTINGS ${bounds.join(', ')}`;
    try {
      return await this.#clients.read((reader) => run(reader, text));
    } catch (error) {
      throw asHitError(error);
    }
  }
}

/** The token is part of the statement, since one with parameters waits for every other that has some. */
function insertText(rows: string, token: string): string {
  return queryText('insert_hits').replace('{{rows}}', rows).replace('{token:String}', quote(token));
}

/** A text as a literal of ClickHouse SQL. */
function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** ClickHouse's own words for a query that ran into its bounds. */
const TOO_LONG = /TIMEOUT_EXCEEDED|MEMORY_LIMIT_EXCEEDED/;

function asHitError(error: unknown): HitError {
  if (error instanceof HitError) return error;
  const message = messageOf(error);
  if (TOO_LONG.test(message)) {
    return new HitError(
      'query_timeout',
      `the query takes too much time or memory: ask for a shorter period`,
      {
        cause: error,
      },
    );
  }
  return new HitError('store_unavailable', `the store failed: ${message}`, { cause: error, retryAfter: 5 });
}
