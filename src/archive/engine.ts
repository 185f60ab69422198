import type { DedicatedConnection } from '../clickhouse/connection.ts';
import { type Fragments, queryText } from '../clickhouse/sql.ts';
import type { Store } from '../store/store.ts';

/** Runs queries from `queries/` without bound parameters, and returns their rows. */
export type QueryRows = <Row>(query: string, fragments: Fragments) => Promise<Row[]>;

/** The engine, for long-running work. */
export interface Engine {
  /** Whether it runs in this process, and reads and writes the same files as this process. */
  readonly embedded: boolean;
  readonly ask: QueryRows;
  command(query: string, fragments: Fragments): Promise<void>;
}

/** Reports a service that does not answer soon; by default the engine would retry for hours. */
const S3_RETRY_SETTINGS = { s3_retry_attempts: 4, s3_connect_timeout_ms: 3000 };

export function engineOf(connection: DedicatedConnection): Engine {
  return {
    embedded: connection.folder !== undefined,
    ask: (query, fragments) =>
      connection.rows(
        `${queryText(query, fragments, connection.dialect)}\nSETTINGS ${settingsText(S3_RETRY_SETTINGS)}`,
      ),
    command: (query, fragments) => connection.command(queryText(query, fragments, connection.dialect)),
  };
}

/** This many threads fetch files of a bucket; each of them mostly waits. */
const BOUNDS = {
  max_threads: 16,
  max_execution_time: 60,
  max_memory_usage: 1_000_000_000,
  ...S3_RETRY_SETTINGS,
};

/** Runs queries like the store's other reads: bounded and queued. */
export function queryRowsOf(store: Store): QueryRows {
  return (query, fragments) => store.rows(query, {}, BOUNDS, fragments);
}

function settingsText(settings: Readonly<Record<string, number>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ');
}
