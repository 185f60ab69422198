import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import type { ClickHouseClient, ClickHouseError } from '@clickhouse/client';
import { HitError, messageOf } from '../errors.ts';
import { ROW_STRUCTURES } from '../hit/row.ts';
import type { Segment } from '../spool/segment.ts';
import type { Sink } from '../spool/sink.ts';
import type { Aside } from './aside.ts';
import { Clients } from './client.ts';
import { aliasOf, idsSql, Ledger, type StoredBatch } from './ledger.ts';
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
  /** In ascending order. */
  readonly ids: readonly bigint[];
  /** How many rows each batch has. */
  readonly hits: readonly number[];
  /** Of all that could bring these batches at the same time: a server takes one after another. */
  readonly name: string;
}

export interface StoreOptions {
  /** `embedded`, or the URL of a ClickHouse server. */
  readonly setting: string;
  /** Folder of the embedded engine. */
  readonly folder: string;
  /** Given what happens while a store of an older version is converted, which may take minutes. */
  readonly onProgress?: (message: string) => void;
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
  readonly ledger: Ledger;
  readonly #clients: Clients;

  private constructor(clients: Clients) {
    this.#clients = clients;
    this.ledger = new Ledger({
      rows: async <Row>(query: string) => {
        const result = await clients.writer.query({ query, format: 'JSONEachRow' });
        return result.json<Row>();
      },
      command: async (query) => {
        await clients.writer.command({ query });
      },
      isShared: !clients.embedded,
    });
  }

  /** Opens the database, and brings its schema up to date. */
  static async open(options: StoreOptions): Promise<Store> {
    const clients =
      options.setting === 'embedded' ? Clients.embedded(options.folder) : Clients.remote(options.setting);
    try {
      await migrate(clients.writer, undefined, clients.layout, options.onProgress);
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
  bytes(
    query: string,
    parameters: Parameters,
    bounds = QUESTION_BOUNDS,
    fragments: Fragments = {},
  ): Promise<Buffer> {
    return this.#read(queryText(query, fragments), bounds, async (reader, text) => {
      const result = await reader.exec({ query: `${text}\nFORMAT RowBinary`, query_params: parameters });
      return collect(result.stream);
    });
  }

  /** No batch that is not rolled up is older: see `Ledger.oldest`. */
  oldestPending(): Promise<bigint> {
    return this.ledger.oldest((text) =>
      this.#read(text, QUESTION_BOUNDS, async (reader, query) =>
        (await reader.query({ query, format: 'JSONEachRow' })).json(),
      ),
    );
  }

  /**
   * Puts a segment into the database, once: a batch that the ledger has is left alone, and of one that a crash cut off the
   * months that are missing are added. It is in the ledger when its hits were read back.
   *
   * @throws HitError `store_unavailable` where the store has other hits than the segment in the end; `internal`
   */
  async deliver(segment: Segment): Promise<void> {
    const { id, path, bytes, kind } = segment;
    const structure = structureOf(segment.layout);
    try {
      if (bytes > 0) {
        const as = await this.#missingAs(segment);
        if (as !== undefined) {
          const batches = as === id ? [id] : [id, as];
          const text = queryText('insert_hits', { batch: `toUInt64(${as})`, batches: idsSql(batches) });
          // A server refuses a second query of this name while it works on the first, of which the answer was lost.
          await this.#insert(text, { path, structure, name: `hit-tracker-batch-${as}` });
          const stored = await this.#verify(batches, segment.hits, `batch ${id}`);
          await this.ledger.record(
            kind,
            stored.filter((batch) => batch.id === as),
          );
        }
      }
      if (segment.notes.length > 0) {
        await this.#command('insert_imports', {
          notes: segment.notes.map((note) => JSON.stringify(note)).join('\n'),
          batch: String(id),
        });
      }
    } catch (error) {
      throw unavailable(error);
    }
  }

  /** Puts many batches into the database, each once, as `deliver` does one. */
  async deliverBatches({ path, layout, ids, hits, name }: Batches): Promise<void> {
    const structure = `${structureOf(layout)}, batch UInt64`;
    try {
      const { known, unclear } = await this.ledger.recognise(ids);
      const missing = ids.flatMap((id, i) => (known.has(id) ? [] : [{ id, hits: hits[i]! }]));
      if (missing.length === 0) return;
      const batches = missing.map(({ id }) => id);
      const text = queryText('insert_batches', { batches: idsSql(batches) });
      await this.#insert(text, { path, structure, name: `hit-tracker-${name}` });
      const all = missing.reduce((sum, batch) => sum + batch.hits, 0);
      const stored = await this.#verify(batches, all, `${missing.length} batches`);
      await this.ledger.record(
        'stream',
        stored.filter(({ id }) => !unclear.has(id)),
      );
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
   * The id under which a segment is to be delivered; undefined where the store has it. Of what a version without a ledger
   * left in the spool, only its hits tell whether it came.
   */
  async #missingAs({ id, hits }: Segment): Promise<bigint | undefined> {
    const { known, unclear } = await this.ledger.recognise([id]);
    if (known.has(id)) return undefined;
    if (!unclear.has(id)) return id;
    const there = (await this.ledger.readBack([id])).get(id)?.hits ?? 0;
    if (there === hits) return undefined;
    const alias = aliasOf(id);
    return (await this.ledger.recognise([alias])).known.has(alias) ? undefined : alias;
  }

  /** Reads batches back from the disk, and makes sure that they are whole. */
  async #verify(ids: readonly bigint[], hits: number, what: string): Promise<StoredBatch[]> {
    const stored = await this.ledger.readBack(ids);
    const there = [...stored.values()].reduce((sum, batch) => sum + batch.hits, 0);
    if (there !== hits) {
      throw new HitError(
        'store_unavailable',
        `${what} has ${hits} hits, and the store has ${there} of them: run hit-tracker doctor`,
        { retryAfter: 5 },
      );
    }
    return ids.flatMap((id) => stored.get(id) ?? []);
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
