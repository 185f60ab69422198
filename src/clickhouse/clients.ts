import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ClickHouseClient,
  type ClickHouseClientConfigOptions,
  ClickHouseLogLevel,
  createClient,
} from '@clickhouse/client';
import { type ChdbConnection, createChdbConnection } from 'chdb/connection';
import { HitError, messageOf } from '../errors.ts';
import { serverAddress } from './address.ts';
import { DedicatedConnection, SCRATCH } from './connection.ts';
import { type Dialect, settingsFor, statementFor } from './dialect.ts';

/** Reads that may run at once. The embedded engine works on the threads that the spool's disk also needs. */
const READERS = 2;
/** Milliseconds: twice as long as any query is allowed to take. */
const REQUEST_TIMEOUT = 120_000;
/** Reads that may wait for their turn. */
const QUEUE = 100;
/** Connections for work that lasts, at once. */
const ASIDES = 4;
/** Milliseconds that a statement of such a connection may take: a day. */
const LONG_TIMEOUT = 86_400_000;

/** Makes connections to one database. */
interface Connector {
  /** Of the embedded engine; undefined for a server. */
  readonly folder: string | undefined;
  connect(): ClickHouseClient;
  /** For work that lasts, with a way to stream results where the client has none. */
  connectAside(): { client: ClickHouseClient; chunks: ChunkStream | undefined };
}

type ChunkStream = (text: string, format: string) => AsyncIterable<Uint8Array>;

/**
 * The clients of one database: one that writes, one that counts what was written, one for what takes long, a few that read. The engine runs the
 * statements of one connection one after another, so a long report must not share one with the batches.
 */
export class Clients {
  readonly writer: ClickHouseClient;
  /** Writes at the same time as the writer. */
  readonly counter: ClickHouseClient;
  /** Writes what takes long: rollups. */
  readonly keeper: ClickHouseClient;
  /** Whether the engine is in this process, and reads files where they are. */
  readonly embedded: boolean;
  readonly dialect: Dialect;
  readonly #readers: ClickHouseClient[];
  readonly #free: ClickHouseClient[];
  readonly #queue: ((reader: ClickHouseClient) => void)[] = [];
  readonly #connector: Connector;
  readonly #asides = new Set<DedicatedConnection>();

  private constructor(connector: Connector, layout: Dialect = { kind: 'single' }) {
    this.#connector = connector;
    this.dialect = layout;
    this.embedded = connector.folder !== undefined;
    this.writer = connector.connect();
    this.counter = connector.connect();
    this.keeper = connector.connect();
    this.#readers = Array.from({ length: READERS }, () => connector.connect());
    this.#free = [...this.#readers];
  }

  /** The engine in this process, on a folder that no other process has open. */
  static embedded(folder: string): Clients {
    try {
      return new Clients(embeddedConnector(folder));
    } catch (error) {
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
    const { url, layout } = serverAddress(setting);
    return new Clients(remoteConnector(url, layout), layout);
  }

  /**
   * A connection of its own, for work that lasts.
   *
   * @throws HitError `overloaded` where there are many already
   */
  dedicatedConnection(): DedicatedConnection {
    if (this.#asides.size >= ASIDES) {
      const message = `${ASIDES} exports and other long works are under way already; try again later`;
      throw new HitError('overloaded', message, { retryAfter: 60 });
    }
    const { client, chunks } = this.#connector.connectAside();
    const connection: DedicatedConnection = new DedicatedConnection({
      ...{ client, chunks, folder: this.#connector.folder },
      other: this.counter,
      onClose: () => this.#asides.delete(connection),
    });
    this.#asides.add(connection);
    return connection;
  }

  /** A connection for what watches over the store, besides those of `aside`. Whoever asked for it closes it. */
  inspector(): DedicatedConnection {
    const { client, chunks } = this.#connector.connectAside();
    return new DedicatedConnection({
      ...{ client, chunks, folder: this.folder, other: this.counter },
      onClose: () => undefined,
    });
  }

  /** Of the embedded engine; undefined for a server. */
  get folder(): string | undefined {
    return this.#connector.folder;
  }

  /** Runs a read with a client of its own. */
  async read<Result>(query: (reader: ClickHouseClient) => Promise<Result>): Promise<Result> {
    const reader = this.#free.pop() ?? (await this.#wait());
    try {
      return await query(reader);
    } finally {
      const next = this.#queue.shift();
      if (next) next(reader);
      else this.#free.push(reader);
    }
  }

  async close(): Promise<void> {
    for (const connection of [...this.#asides]) await connection.close();
    for (const client of [this.writer, this.counter, this.keeper, ...this.#readers]) await client.close();
  }

  #wait(): Promise<ClickHouseClient> {
    if (this.#queue.length >= QUEUE) {
      throw new HitError('overloaded', `${QUEUE} queries are waiting; try again later`, { retryAfter: 5 });
    }
    return new Promise((resolve) => this.#queue.push(resolve));
  }
}

function embeddedConnector(folder: string): Connector {
  sweep(folder);
  return {
    folder,
    connect: () => clientOf(createChdbConnection({ path: folder })),
    connectAside: () => {
      const connection = createChdbConnection({ path: folder });
      return { client: clientOf(connection), chunks: (text, format) => chunksOf(connection, text, format) };
    },
  };
}

/** Removes what a process that died has left of its long works. */
function sweep(folder: string): void {
  for (const place of ['tmp', 'shadow'].map((name) => join(folder, name)).filter(existsSync)) {
    for (const name of readdirSync(place).filter((each) => each.startsWith(SCRATCH))) {
      rmSync(join(place, name), { recursive: true, force: true });
    }
  }
}

function remoteConnector(url: string, layout: Dialect): Connector {
  const connect = (timeout: number) =>
    worded(
      layout,
      createClient({
        url,
        request_timeout: timeout,
        clickhouse_settings: {
          // Something comes back all the time, so that no balancer takes a long query for a dead one.
          ...{ send_progress_in_http_headers: 1, http_headers_progress_interval_ms: '10000' },
          ...settingsFor(layout),
        },
        // What fails is thrown, and told by whoever asked.
        log: { level: ClickHouseLogLevel.OFF },
      }),
    );
  return {
    folder: undefined,
    connect: () => connect(REQUEST_TIMEOUT),
    connectAside: () => ({ client: connect(LONG_TIMEOUT), chunks: undefined }),
  };
}

/** A client whose statements are changed into the words of a layout. */
function worded(layout: Dialect, client: ClickHouseClient): ClickHouseClient {
  if (layout.kind !== 'cluster') return client;
  const said = <Asked extends { query: string }>(asked: Asked) => ({
    ...asked,
    query: statementFor(layout, asked.query),
  });
  const [command, exec, query] = [client.command, client.exec, client.query].map((ask) => ask.bind(client));
  return Object.assign(client, {
    command: (asked: { query: string }) => command!(said(asked)),
    exec: (asked: { query: string }) => exec!(said(asked)),
    query: (asked: { query: string }) => query!(said(asked)),
  });
}

/** The two packages declare one interface twice, which differs only under `exactOptionalPropertyTypes`. */
function clientOf(connection: ChdbConnection): ClickHouseClient {
  return createClient({
    connection: connection as unknown as NonNullable<ClickHouseClientConfigOptions['connection']>,
  });
}

async function* chunksOf(
  connection: ChdbConnection,
  text: string,
  format: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of connection.chdb.queryStream(text, { format })) yield chunk.raw();
}
