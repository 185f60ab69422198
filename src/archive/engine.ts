import type { DedicatedConnection } from '../clickhouse/connection.ts';
import { type Fragments, queryText } from '../clickhouse/sql.ts';
import type { Store } from '../store/store.ts';

/** Runs queries of `queries/` that have no bound parameters, for their rows. */
export type Ask = <Row>(query: string, fragments: Fragments) => Promise<Row[]>;

/** The engine, for work that lasts. */
export interface Engine {
  /** Whether it is in this process, and reads and writes files where this process does. */
  readonly embedded: boolean;
  readonly ask: Ask;
  command(query: string, fragments: Fragments): Promise<void>;
}

/** A service that does not answer is told of soon; the engine by itself would try for hours. */
const TRIES = { s3_retry_attempts: 4, s3_connect_timeout_ms: 3000 };

export function engineOf(connection: DedicatedConnection): Engine {
  return {
    embedded: connection.folder !== undefined,
    ask: (query, fragments) =>
      connection.rows(`${queryText(query, fragments)}\nSETTINGS ${settingsText(TRIES)}`),
    command: (query, fragments) => connection.command(queryText(query, fragments)),
  };
}

/** Files of a bucket are fetched by as many threads, each of which mostly waits. */
const BOUNDS = { max_threads: 16, max_execution_time: 60, max_memory_usage: 1_000_000_000, ...TRIES };

/** Asks as questions do: bounded, and by turns. */
export function askOf(store: Store): Ask {
  return (query, fragments) => store.rows(query, {}, BOUNDS, fragments);
}

function settingsText(settings: Readonly<Record<string, number>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ');
}
