import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import type { ClickHouseClient, ClickHouseError } from '@clickhouse/client';
import { HitError, messageOf } from '../errors.ts';
import { ROW_STRUCTURES } from '../hit/row.ts';
import type { Segment } from '../spool/segment.ts';
import type { Sink } from '../spool/sink.ts';
import type { Aside } from './aside.ts';
import { Clients } from './client.ts';
import { type Literal, quote, withLiterals } from './literals.ts';
import { migrate } from './migrate.ts';
import { type Fragments, queryText } from './sql.ts';

/** Bounds of a read: ClickHouse's settings of these names. */
export interface ReadBounds {
  readonly max_threads: number;
  /** Seconds; 0 is without end. */
  readonly max_execution_time: number;
  /** Bytes. */
  readonly max_memory_usage: number;
}

/** Bounds of a question, so that a report neither starves the intake nor brings the process down. */
export const QUESTION_BOUNDS: ReadBounds = {
  max_threads: 2,
  max_execution_time: 60,
  max_memory_usage: 2_000_000_000,
};

/** Days and months before 1970 and after 2106, which are where a period's first and last interval may begin. */
const READ_SETTINGS = { enable_extended_results_for_datetime_functions: 1 };

/** Values of a query's parameters. */
export type Parameters = Readonly<Record<string, string | number | readonly number[] | readonly string[]>>;

/** Rows of several batches, in one file. */
export interface Batches {
  readonly path: string;
  /** Layout of its rows, each of which has the id of its batch behind it, as 8 bytes, the lowest first. */
  readonly layout: number;
  readonly ids: readonly bigint[];
  /** Of all that could bring these batches at the same time: a server takes one after another. */
  readonly name: string;
}

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
  /** No batch that came since this was set is older: so that those not rolled up are found without a look at all. */
  oldestFresh = 0n;
  readonly #clients: Clients;

  private constructor(clients: Clients) {
    this.#clients = clients;
  }

  /** Opens the database, and brings its schema up to date. */
  static async open(options: StoreOptions): Promise<Store> {
    const clients =
      options.setting === 'embedded' ? Clients.embedded(options.folder) : Clients.remote(options.setting);
    try {
      await migrate(clients.writer, undefined, clients.layout);
    } catch (error) {
      await clients.close();
      throw unavailable(error);
    }
    return new Store(clients);
  }

  /**
   * The rows of a query, by the name of its file.
   *
   * @throws HitError `query_timeout` where its bounds do not suffice, `overloaded`, `store_unavailable`
   */
  rows<Row>(
    query: string,
    parameters: Parameters,
    bounds = QUESTION_BOUNDS,
    fragments: Fragments = {},
  ): Promise<Row[]> {
    return this.#read(queryText(query, fragments), bounds, async (reader, text) => {
      const result = await reader.query({ query: text, query_params: parameters, format: 'JSONEachRow' });
      return result.json<Row>();
    });
  }

  /** The result of a query as bytes of ClickHouse's RowBinary format, for more rows than objects should be made of. */
  bytes(query: string, parameters: Parameters, bounds = QUESTION_BOUNDS): Promise<Buffer> {
    return this.#read(queryText(query), bounds, async (reader, text) => {
      const result = await reader.exec({ query: `${text}\nFORMAT RowBinary`, query_params: parameters });
      return collect(result.stream);
    });
  }

  /** Puts a segment into the database, once: what came before, whole months of it, is left out. */
  async deliver(segment: Segment): Promise<void> {
    const { id, path, bytes } = segment;
    const structure = structureOf(segment.layout);
    try {
      if (bytes > 0) {
        // A server refuses a second query of this name while it works on the first, of which the answer was lost.
        const name = `hit-tracker-batch-${id}`;
        await this.#insert(segmentText(id), { path, structure, name });
        await this.#count([id], `hit-tracker-counts-${id}`);
      }
      if (segment.notes.length > 0) {
        await this.#command('insert_imports', {
          notes: segment.notes.map((note) => JSON.stringify(note)).join('\n'),
        });
      }
    } catch (error) {
      throw unavailable(error);
    }
  }

  /** Puts many batches into the database, each once, as `deliver` does one. */
  async deliverBatches({ path, layout, ids, name }: Batches): Promise<void> {
    const structure = `${structureOf(layout)}, batch UInt64`;
    try {
      await this.#insert(batchText('insert_batches', ids), { path, structure, name: `hit-tracker-${name}` });
      await this.#count(ids, `hit-tracker-counts-${name}`);
    } catch (error) {
      throw unavailable(error);
    }
  }

  /** Runs a short statement that changes the store, in order with the batches. */
  async write(query: string, values: Readonly<Record<string, Literal>>): Promise<void> {
    try {
      await this.#clients.writer.command({ query: withLiterals(queryText(query), values) });
    } catch (error) {
      throw unavailable(error);
    }
  }

  /**
   * Runs a statement that changes the store and may take long, beside the batches.
   *
   * @param name for a server, which refuses a second statement of this name while the first is under way
   */
  async keep(query: string, fragments: Fragments, name: string): Promise<void> {
    try {
      await this.#clients.keeper.command({ query: queryText(query, fragments), query_id: name });
    } catch (error) {
      throw unavailable(error);
    }
  }

  /** Whether others may bring batches as well: it is a server's. */
  get isShared(): boolean {
    return !this.#clients.embedded;
  }

  /** A connection of its own, for work that lasts. @throws HitError `overloaded` */
  aside(): Aside {
    return this.#clients.aside();
  }

  async close(): Promise<void> {
    await this.#clients.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @param text with `{{rows}}` where they come from */
  async #insert(
    text: string,
    { path, structure, name }: { readonly path: string; readonly structure: string; readonly name: string },
  ): Promise<void> {
    const { writer, embedded } = this.#clients;
    const columns = quote(structure);
    const from = (rows: string) => text.replaceAll('{{rows}}', () => rows);
    if (embedded) {
      await writer.command({ query: from(`file(${quote(exactPattern(path))}, 'RowBinary', ${columns})`) });
      return;
    }
    const result = await writer.exec({
      query: `${from(`input(${columns})`)} FORMAT RowBinary`,
      values: createReadStream(path),
      query_id: name,
    });
    await collect(result.stream);
  }

  /**
   * Adds batches, whose hits are there, to what live state is rebuilt from. Cells may be added again and again; the
   * hits of a batch are left out if they were counted before.
   */
  async #count(ids: readonly bigint[], name: string): Promise<void> {
    const { writer, counter } = this.#clients;
    for (const id of ids) if (id < this.oldestFresh) this.oldestFresh = id;
    await Promise.all([
      writer.command({ query: batchText('insert_last_seen', ids) }),
      // A second one at the same time would find nothing there either: a server refuses it, as above.
      counter.command({ query: batchText('insert_hit_counts', ids), query_id: name }),
    ]);
  }

  async #command(query: string, parameters: Parameters): Promise<void> {
    await this.#clients.writer.command({ query: queryText(query), query_params: parameters });
  }

  async #read<Result>(
    query: string,
    bounds: ReadBounds,
    run: (reader: ClickHouseClient, text: string) => Promise<Result>,
  ): Promise<Result> {
    const settings = Object.entries({ ...READ_SETTINGS, ...bounds }).map(
      ([name, value]) => `${name} = ${value}`,
    );
    const text = `${query}\nSETTINGS ${settings.join(', ')}`;
    try {
      return await this.#clients.read((reader) => run(reader, text));
    } catch (error) {
      throw queryFault(error);
    }
  }
}

/** Batches are part of the statement, since one with parameters waits for every other that has some. */
function batchText(query: string, ids: readonly bigint[]): string {
  return queryText(query, { batches: `(${ids.map((id) => `toUInt64(${id})`).join(', ')})` });
}

function segmentText(id: bigint): string {
  return queryText('insert_hits', { batch: `toUInt64(${id})` });
}

/** @throws HitError `data_dir_newer` */
function structureOf(layout: number): string {
  const structure = ROW_STRUCTURES[layout];
  if (structure) return structure;
  throw new HitError('data_dir_newer', `segment layout ${layout} is of a newer version`);
}

/**
 * A path as `file()` takes it: as a pattern, if it holds one of these signs, which cannot be escaped there. `?` is any
 * one character, and only one file has the segment's name.
 */
function exactPattern(path: string): string {
  return /[{}*?]/.test(path) ? path.replaceAll(/[^\w./\u0080-\uffff-]/g, '?') : path;
}

async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** ClickHouse's own names for what ends a query that ran into its bounds. */
const OUT_OF_BOUNDS = ['TIMEOUT_EXCEEDED', 'MEMORY_LIMIT_EXCEEDED'];

function queryFault(error: unknown): HitError {
  // Not asked for by its class, of which the embedded engine's connection has one of its own.
  const { type } = error as Partial<ClickHouseError>;
  if (type === undefined || !OUT_OF_BOUNDS.includes(type)) return unavailable(error);
  const message = 'the query takes too much time or memory: ask for a shorter period';
  return new HitError('query_timeout', message, { cause: error });
}

function unavailable(error: unknown): HitError {
  if (error instanceof HitError) return error;
  return new HitError('store_unavailable', `the store failed: ${messageOf(error)}`, {
    cause: error,
    retryAfter: 5,
  });
}
