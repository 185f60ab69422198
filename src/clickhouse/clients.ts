import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ClickHouseClient,
  type ClickHouseClientConfigOptions,
  ClickHouseLogLevel,
  createClient,
} from '@clickhouse/client';
import type { ChdbConnection } from 'chdb/connection';
import { HitError, messageOf } from '../errors.ts';
import { DAY } from '../timing/units.ts';
import { serverAddress } from './address.ts';
import { DedicatedConnection, SCRATCH } from './connection.ts';
import { type Dialect, SINGLE } from './dialect.ts';
import { loadEngine } from './embedded-engine.ts';
import { engineMemory, memoryArguments } from './engine-memory.ts';
import { type EngineShare, engineShare, holderRequests } from './engine-share.ts';
import { ReaderPool } from './reader-pool.ts';
import { ServerWatch } from './server-watch.ts';

/** Maximum bytes of a statement: a list of the writers of a store can exceed the engine's default of 256 KiB. */
const LONGEST_STATEMENT = '16777216';
/** Maximum concurrent reads of each share. The embedded engine uses threads that the spool's disk access also needs. */
const READERS: Readonly<Record<EngineShare['name'], number>> = { holders: 2, anonymous: 1 };
/** Milliseconds that an anonymous read waits at most for requests of holders. */
const MOST_WAIT = 3000;
/** Milliseconds: twice the maximum duration of a query. */
const REQUEST_TIMEOUT = 120_000;
/** Maximum concurrent connections for long-running work. */
const MAX_DEDICATED_CONNECTIONS = 4;
/** Milliseconds: timeout of a statement on such a connection, one day. */
const LONG_TIMEOUT = DAY;

/** Opens connections to one database. */
interface Connector {
  /** Folder of the embedded engine; undefined for a server. */
  readonly folder: string | undefined;
  /** Bytes that the engine may allocate; unlimited for a server. */
  readonly memory: number;
  connect(): ClickHouseClient;
  /** For long-running work; `chunks` streams results if the client cannot. */
  connectAside(): { client: ClickHouseClient; chunks: ChunkStream | undefined };
  close(): void;
}

type ChunkStream = (text: string, format: string) => AsyncIterable<Uint8Array>;

/**
 * The clients of one database: one for writes, one to count what was written, one for long writes, a few for reads. The
 * engine runs the statements of one connection one after another, so a long report must not share one with the batches.
 */
export class Clients {
  readonly writer: ClickHouseClient;
  /** Writes at the same time as the writer. */
  readonly counter: ClickHouseClient;
  /** Runs long writes: rollups. */
  readonly keeper: ClickHouseClient;
  /** Whether the engine runs in this process and reads files in place. */
  readonly embedded: boolean;
  readonly dialect: Dialect;
  readonly #readers: Readonly<Record<EngineShare['name'], ReaderPool<ClickHouseClient>>>;
  readonly #connector: Connector;
  /** An engine in this process always answers. */
  readonly #watch: ServerWatch | undefined;
  readonly #dedicated = new Set<DedicatedConnection>();

  private constructor(connector: Connector, dialect: Dialect = SINGLE) {
    this.#connector = connector;
    this.dialect = dialect;
    this.embedded = connector.folder !== undefined;
    this.writer = connector.connect();
    this.counter = connector.connect();
    this.keeper = connector.connect();
    const pool = (count: number) => new ReaderPool(Array.from({ length: count }, () => connector.connect()));
    this.#readers = { holders: pool(READERS.holders), anonymous: pool(READERS.anonymous) };
    if (!this.embedded) {
      this.#watch = new ServerWatch(async (abort_signal) =>
        (await this.counter.query({ query: 'SELECT 1', abort_signal })).text(),
      );
    }
  }

  /**
   * Opens the engine in this process, on a folder that no other process has open.
   *
   * @param memory bytes that it may allocate. Default: what the program leaves
   */
  static embedded(folder: string, memory = engineMemory()): Clients {
    try {
      return new Clients(embeddedConnector(folder, memory));
    } catch (error) {
      if (error instanceof HitError) throw error;
      throw new HitError(
        'data_dir_unusable',
        `the store in ${folder} cannot be opened: ${messageOf(error)}`,
        {
          cause: error,
        },
      );
    }
  }

  /** @param setting see `clickhouse/address.ts` */
  static remote(setting: string): Clients {
    const { url, dialect } = serverAddress(setting);
    return new Clients(remoteConnector(url, dialect), dialect);
  }

  /**
   * Opens a dedicated connection for long-running work.
   *
   * @throws HitError `overloaded` if too many are open
   */
  dedicatedConnection(): DedicatedConnection {
    if (this.#dedicated.size >= MAX_DEDICATED_CONNECTIONS) {
      const message = `${MAX_DEDICATED_CONNECTIONS} exports and other long queries are already running; try again later`;
      throw new HitError('overloaded', message, { retryAfter: 60 });
    }
    const { client, chunks } = this.#connector.connectAside();
    const connection: DedicatedConnection = new DedicatedConnection({
      ...{ client, chunks, folder: this.folder, dialect: this.dialect },
      other: this.counter,
      onClose: () => this.#dedicated.delete(connection),
    });
    this.#dedicated.add(connection);
    return connection;
  }

  /** A connection for monitoring the store, not counted as a dedicated connection. The caller must close it. */
  inspector(): DedicatedConnection {
    const { client, chunks } = this.#connector.connectAside();
    return new DedicatedConnection({
      ...{ client, chunks, folder: this.folder, dialect: this.dialect, other: this.counter },
      onClose: () => undefined,
    });
  }

  /** Folder of the embedded engine; undefined for a server. */
  get folder(): string | undefined {
    return this.#connector.folder;
  }

  /** Bytes that the embedded engine may allocate; unlimited for a server, which has limits of its own. */
  get memory(): number {
    return this.#connector.memory;
  }

  /** Runs a read with a client that no other read uses, from the share of its caller. @throws HitError `overloaded` */
  async read<Result>(query: (reader: Reader) => Promise<Result>): Promise<Result> {
    const { name, holder } = engineShare();
    if (name === 'anonymous') await holderRequests.over(MOST_WAIT);
    const watch = this.#watch;
    return this.#readers[name].use(holder, (reader) =>
      watch ? watch.during((signal) => query(endedBy(reader, signal))) : query(reader),
    );
  }

  /** Waits for something that needs the database. @throws HitError `store_unavailable` if it is a server that hangs */
  whileAnswering<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#watch ? this.#watch.during(work) : work();
  }

  async close(): Promise<void> {
    this.#watch?.close();
    for (const connection of [...this.#dedicated]) await connection.close();
    const readers = Object.values(this.#readers).flatMap(({ readers }) => readers);
    for (const client of [this.writer, this.counter, this.keeper, ...readers]) await client.close();
    this.#connector.close();
  }
}

/** Runs reads. */
export type Reader = Pick<ClickHouseClient, 'query' | 'exec'>;

/** A reader whose requests end by a signal. */
function endedBy(reader: ClickHouseClient, abort_signal: AbortSignal): Reader {
  return {
    query: (asked) => reader.query({ ...asked, abort_signal }),
    exec: (asked) => reader.exec({ ...asked, abort_signal }),
  };
}

function embeddedConnector(folder: string, memory: number): Connector {
  const { createChdbConnection, Session } = loadEngine();
  removeTemporaryFiles(folder);
  // The first connection of a folder configures the engine for all.
  const session = new Session(folder, { connectionArgs: memoryArguments(memory) });
  return {
    ...{ folder, memory },
    close: () => session.close(),
    connect: () => clientOf(createChdbConnection({ path: folder })),
    connectAside: () => {
      const connection = createChdbConnection({ path: folder });
      return { client: clientOf(connection), chunks: (text, format) => chunksOf(connection, text, format) };
    },
  };
}

/** Removes scratch folders that a crashed process left behind. */
function removeTemporaryFiles(folder: string): void {
  for (const place of ['tmp', 'shadow'].map((name) => join(folder, name)).filter(existsSync)) {
    for (const name of readdirSync(place).filter((each) => each.startsWith(SCRATCH))) {
      rmSync(join(place, name), { recursive: true, force: true });
    }
  }
}

function remoteConnector(url: string, dialect: Dialect): Connector {
  const connect = (timeout: number) =>
    createClient({
      url,
      request_timeout: timeout,
      clickhouse_settings: {
        // Headers arrive continuously, so that load balancers do not treat a long query as dead.
        ...{ send_progress_in_http_headers: 1, http_headers_progress_interval_ms: '10000' },
        ...{ ...dialect.settings, max_query_size: LONGEST_STATEMENT },
      },
      // Errors are thrown, and the caller reports them.
      log: { level: ClickHouseLogLevel.OFF },
    });
  return {
    folder: undefined,
    memory: Number.POSITIVE_INFINITY,
    close: () => undefined,
    connect: () => connect(REQUEST_TIMEOUT),
    connectAside: () => ({ client: connect(LONG_TIMEOUT), chunks: undefined }),
  };
}

/** Both packages declare this interface; the declarations differ only under `exactOptionalPropertyTypes`. */
function clientOf(connection: ChdbConnection): ClickHouseClient {
  return createClient({
    connection: connection as unknown as NonNullable<ClickHouseClientConfigOptions['connection']>,
    clickhouse_settings: { max_query_size: LONGEST_STATEMENT },
  });
}

async function* chunksOf(
  connection: ChdbConnection,
  text: string,
  format: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  await connection.chdb.queryAsync(`SET max_query_size = ${LONGEST_STATEMENT}`);
  for await (const chunk of connection.chdb.queryStream(text, { format })) yield chunk.raw();
}
