import {
  type ClickHouseClient,
  type ClickHouseClientConfigOptions,
  ClickHouseLogLevel,
  createClient,
} from '@clickhouse/client';
import { createChdbConnection } from 'chdb/connection';
import { HitError, messageOf } from '../errors.ts';

/** Reads that may run at once. The embedded engine works on the threads that the spool's disk also needs. */
const READERS = 2;
/** Milliseconds: twice as long as any query is allowed to take. */
const REQUEST_TIMEOUT = 120_000;
/** Reads that may wait for their turn. */
const QUEUE = 100;

/**
 * The clients of one database: one that writes, one that counts what was written, a few that read. The engine runs the
 * statements of one connection one after another, so a long report must not share one with the batches.
 */
export class Clients {
  readonly writer: ClickHouseClient;
  /** Writes at the same time as the writer. */
  readonly counter: ClickHouseClient;
  /** Whether the engine is in this process, and reads files where they are. */
  readonly embedded: boolean;
  readonly #readers: ClickHouseClient[];
  readonly #free: ClickHouseClient[];
  readonly #queue: ((reader: ClickHouseClient) => void)[] = [];

  private constructor(embedded: boolean, connect: () => ClickHouseClient) {
    this.embedded = embedded;
    this.writer = connect();
    this.counter = connect();
    this.#readers = Array.from({ length: READERS }, connect);
    this.#free = [...this.#readers];
  }

  /** The engine in this process, on a folder that no other process has open. */
  static embedded(folder: string): Clients {
    try {
      return new Clients(true, () => createClient({ connection: connectEmbedded(folder) }));
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

  /** @param url `clickhouse://user:password@host:8123/database`, or with `clickhouses:` over TLS */
  static remote(url: string): Clients {
    const address = url.replace(/^clickhouse(s?):/, 'http$1:');
    return new Clients(false, () =>
      createClient({
        url: address,
        request_timeout: REQUEST_TIMEOUT,
        // Something comes back all the time, so that no balancer takes a long query for a dead one.
        clickhouse_settings: { send_progress_in_http_headers: 1, http_headers_progress_interval_ms: '10000' },
        // What fails is thrown, and told by whoever asked.
        log: { level: ClickHouseLogLevel.OFF },
      }),
    );
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
    for (const client of [this.writer, this.counter, ...this.#readers]) await client.close();
  }

  #wait(): Promise<ClickHouseClient> {
    if (this.#queue.length >= QUEUE) {
      throw new HitError('overloaded', `${QUEUE} queries wait already; try again later`, { retryAfter: 5 });
    }
    return new Promise((resolve) => this.#queue.push(resolve));
  }
}

/** The two packages declare one interface twice, which differs only under `exactOptionalPropertyTypes`. */
function connectEmbedded(folder: string): NonNullable<ClickHouseClientConfigOptions['connection']> {
  return createChdbConnection({ path: folder }) as unknown as NonNullable<
    ClickHouseClientConfigOptions['connection']
  >;
}
