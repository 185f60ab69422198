import { stat } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { Clients, type Reader } from '../clickhouse/clients.ts';
import type { DedicatedConnection } from '../clickhouse/connection.ts';
import { batchBytes } from '../clickhouse/engine-memory.ts';
import { queryFault, unavailable } from '../clickhouse/faults.ts';
import { type Literal, withLiterals } from '../clickhouse/literals.ts';
import { migrate } from '../clickhouse/migrate.ts';
import { type Confirm, StoreGuard } from '../clickhouse/parts/guard.ts';
import { type Fragments, queryText } from '../clickhouse/sql.ts';
import { dropStaged, runnerOf } from '../clickhouse/staged-insert.ts';
import { watermarkTuples } from '../clickhouse/visit-step.ts';
import { writerOf } from '../clickhouse/watermarks.ts';
import type { Segment } from '../spool/segment.ts';
import type { Sink } from '../spool/sink.ts';
import { type Batches, Delivery } from './delivery.ts';
import { keyImports } from './keyed-imports.ts';
import { Ledger } from './ledger.ts';
import { LongStatements } from './long-statements.ts';
import { Opening } from './opening.ts';
import { limitsOfCaller, QUERY_LIMITS, type QueryLimits } from './query-limits.ts';
import { StoreDurations } from './store-durations.ts';
import { NO_LOG, type StoreOptions } from './store-options.ts';

/** Maximum characters of a statement sent as a form field: less than 128 KiB in UTF-8, as statements are mostly ASCII. */
const LONGEST_FIELD = 100_000;

/** Allows days and months before 1970 and after 2106, where a period's first and last interval may begin. */
const READ_SETTINGS = { enable_extended_results_for_datetime_functions: 1 };

/** Values of a query's parameters. */
export type Parameters = Readonly<Record<string, string | number | readonly number[] | readonly string[]>>;

/** Runs a query on a connection. */
type Read<Result> = (reader: Reader, text: string) => Promise<Result>;

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
  readonly guard: StoreGuard;
  readonly opening: Opening;
  readonly durations = new StoreDurations();
  /** See there. */
  readonly whileAnswering: Clients['whileAnswering'];
  readonly #clients: Clients;
  readonly #delivery: Delivery;
  readonly #long: LongStatements;
  readonly #closing = new AbortController();
  /** Aborted when the store closes. */
  readonly closing: AbortSignal = this.#closing.signal;

  private constructor(clients: Clients, { onProgress, importKey, log = NO_LOG }: StoreOptions) {
    this.#clients = clients;
    this.whileAnswering = (work) => clients.whileAnswering(work);
    this.guard = new StoreGuard(clients, log, () => this.ledger.reset());
    this.ledger = new Ledger({
      dialect: clients.dialect,
      rows: async <Row>(query: string) => {
        const result = await clients.writer.query({ query, format: 'JSONEachRow' });
        return result.json<Row>();
      },
      command: async (query) => {
        await clients.writer.command({ query });
      },
      insertVerified: (query) =>
        this.guard.inserting(0, async (confirm) => {
          await clients.writer.command({ query });
          await confirm('batches');
        }),
      isShared: !clients.embedded,
    });
    const answer = async (abort_signal: AbortSignal) => {
      // An engine in this process cannot be gone, and may be slow on a busy machine.
      if (!clients.embedded) await clients.writer.query({ query: 'SELECT 1', abort_signal });
    };
    this.opening = new Opening(answer, async () => {
      if (clients.embedded) await dropStaged(runnerOf(clients.writer));
      await migrate(clients.writer, { dialect: clients.dialect, onProgress });
      if (importKey) await keyImports(clients.writer, clients.dialect, importKey, onProgress);
      await this.guard.start();
    });
    this.#long = new LongStatements(clients, this.guard, this.opening, this.#closing.signal);
    this.#delivery = new Delivery(clients, this.ledger, this.#closing.signal);
  }

  /** Opens the database and migrates its schema. */
  static async open(options: StoreOptions): Promise<Store> {
    const clients =
      options.setting === 'embedded'
        ? Clients.embedded(options.folder, options.memory)
        : Clients.remote(options.setting);
    const store = new Store(clients, options);
    try {
      if (options.mayWait && store.isShared) await store.opening.start();
      else await store.opening.ensure();
      return store;
    } catch (error) {
      await store.close();
      throw unavailable(error);
    }
  }

  /**
   * Runs a query, given by its file name, and returns its rows.
   *
   * @throws HitError `query_timeout` if it exceeds its limits, `overloaded`, `store_unavailable`
   */
  rows<Row>(
    query: string,
    parameters: Parameters,
    bounds = QUERY_LIMITS,
    fragments: Fragments = {},
  ): Promise<Row[]> {
    return this.#read(this.#text(query, fragments), bounds, async (reader, text) => {
      const result = await reader.query({ query: text, query_params: parameters, format: 'JSONEachRow' });
      return result.json<Row>();
    });
  }

  /** The rows of a query that is given by its text. */
  rowsOf<Row>(text: string, parameters: Parameters, bounds = QUERY_LIMITS): Promise<Row[]> {
    return this.#read(text, bounds, async (reader, query) => {
      const result = await reader.query({
        query,
        query_params: parameters,
        format: 'JSONEachRow',
        // Statements of queries with many values and goals are long; a reader bounds their number.
        clickhouse_settings: { max_ast_elements: '1000000', max_expanded_ast_elements: '5000000' },
        // Proxies reject long URLs with many parameters, and a server rejects long form fields (`http_max_field_value_size`).
        use_multipart_params_auto: query.length < LONGEST_FIELD,
      });
      return result.json<Row>();
    });
  }

  /** The result of a query in ClickHouse's RowBinary format, for results with too many rows for objects. */
  bytes(
    query: string,
    parameters: Parameters,
    bounds = QUERY_LIMITS,
    fragments: Fragments = {},
  ): Promise<Buffer> {
    return this.#read(this.#text(query, fragments), bounds, async (reader, text) => {
      const result = await reader.exec({ query: `${text}\nFORMAT RowBinary`, query_params: parameters });
      return buffer(result.stream);
    });
  }

  /** No pending batch is older: see `Ledger.oldest`. */
  oldestPending(): Promise<bigint> {
    return this.ledger.oldest((text) =>
      this.#read(text, QUERY_LIMITS, async (reader, query) =>
        (await reader.query({ query, format: 'JSONEachRow' })).json(),
      ),
    );
  }

  /** Inserts a segment exactly once: see `Delivery.deliver`. */
  deliver(segment: Segment): Promise<void> {
    return this.durations.inserts.time(async () => {
      await this.opening.ensure();
      await this.guard.fitting('a batch', () =>
        this.guard.inserting(segment.bytes, (confirm) => this.#delivery.deliver(segment, confirm)),
      );
    });
  }

  /** Restores the purged hits of a batch: see `Delivery.restore`. */
  restore(
    id: bigint,
    file: { readonly path: string; readonly layout: number },
    hits: number,
  ): Promise<number> {
    return this.#inserting(file, (confirm) => this.#delivery.restore(id, file, hits, confirm));
  }

  /**
   * Restores the purged hits of an older version's import: see `Delivery.restoreLegacy`.
   *
   * @param id batch id with a separate writer, ascending
   */
  async restoreLegacy(id: bigint, file: { readonly path: string; readonly layout: number }): Promise<number> {
    // Written before the hits, so that rollups and visits do not count them as new.
    const receipt = { writer: String(writerOf(id)), last: String(id) };
    await this.executeLong('insert_watermark', receipt, `hit-tracker-watermark-${id}`, ['rollups']);
    const watermarks = watermarkTuples(new Map([[writerOf(id), id]]));
    const name = `hit-tracker-visits-watermark-${id}`;
    await this.executeLong('insert_visits_watermarks', { watermarks }, name, ['visits']);
    return this.#inserting(file, (confirm) => this.#delivery.restoreLegacy(id, file, confirm));
  }

  /** Inserts many batches, each exactly once, as `deliver` does for one. */
  deliverBatches(batches: Batches): Promise<void> {
    return this.durations.inserts.time(async () => {
      await this.opening.ensure();
      const { size } = await stat(batches.path);
      await this.guard.inserting(size, (confirm) => this.#delivery.deliverBatches(batches, confirm));
    });
  }

  /** Runs a short statement that changes the store, in sequence with deliveries. */
  async execute(query: string, values: Readonly<Record<string, Literal>>): Promise<void> {
    try {
      await this.opening.ensure();
      await this.#clients.writer.command({ query: withLiterals(this.#text(query), values) });
    } catch (error) {
      throw unavailable(error);
    }
  }

  /** Runs a statement that changes the store and may take long: see `LongStatements.execute`. */
  readonly executeLong: LongStatements['execute'] = (...statement) => this.#long.execute(...statement);

  /** Inserts what a statement computes from hits: see `LongStatements.insert`. */
  readonly insertComputed: LongStatements['insert'] = (...insert) => this.#long.insert(...insert);

  /** Whether the store is on a server, so that other processes may deliver batches too. */
  get isShared(): boolean {
    return !this.#clients.embedded;
  }

  /** Bytes that the engine may allocate; unlimited for a server. */
  get memory(): number {
    return this.#clients.memory;
  }

  /** The size of a batch in bytes, at most as large as given, that fits into the engine's memory. */
  batchBytes(most: number): number {
    return batchBytes(this.memory, most);
  }

  /** Opens a dedicated connection for long-running work. @throws HitError `overloaded` */
  dedicatedConnection(): DedicatedConnection {
    return this.#clients.dedicatedConnection();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.guard.close().finally(() => this.#clients.close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #text(query: string, fragments?: Fragments): string {
    return queryText(query, fragments, this.#clients.dialect);
  }

  async #inserting<Result>(
    file: { readonly path: string },
    insert: (confirm: Confirm) => Promise<Result>,
  ): Promise<Result> {
    const { size } = await stat(file.path);
    let result: Result | undefined;
    await this.guard.inserting(size, async (confirm) => {
      result = await insert(confirm);
    });
    return result!;
  }

  #read<Result>(query: string, bounds: QueryLimits, run: Read<Result>): Promise<Result> {
    return this.durations.queries.time(() => this.#readOnce(query, bounds, run));
  }

  async #readOnce<Result>(query: string, bounds: QueryLimits, run: Read<Result>): Promise<Result> {
    const settings = Object.entries({ ...READ_SETTINGS, ...limitsOfCaller(bounds, this.memory) }).map(
      ([name, value]) => `${name} = ${value}`,
    );
    const text = `${query}\nSETTINGS ${settings.join(', ')}`;
    const began = this.guard.parts.moment;
    await this.opening.ensure();
    const read = () => this.#clients.read((reader) => run(reader, text));
    try {
      return await read().catch(async (error: unknown) => {
        if (await this.guard.followUp(error, began)) return read();
        throw error;
      });
    } catch (error) {
      throw queryFault(error);
    }
  }
}
