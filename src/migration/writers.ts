import type { DedicatedConnection } from '../clickhouse/connection.ts';
import { queryText } from '../clickhouse/sql.ts';

/** Writer → number of its hits: see `clickhouse/watermarks.ts`. */
export async function writersOf(connection: DedicatedConnection): Promise<ReadonlyMap<number, number>> {
  const found = await connection.rows<Record<'writer' | 'rows', string | number>>(queryText('move_writers'));
  return new Map(found.map(({ writer, rows }) => [Number(writer), Number(rows)]));
}
