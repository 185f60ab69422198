import type { ClickHouseClient } from '@clickhouse/client';
import { queryText } from './sql.ts';

/**
 * The columns that a table has by now. A conversion runs between two steps of the schema, when those of later steps are
 * still missing; it leaves them out, and what an older version stored then has their defaults.
 */
export async function tableColumns(client: ClickHouseClient, table: string): Promise<ReadonlySet<string>> {
  const query = queryText('table_columns', { table });
  const result = await client.query({ query, format: 'JSONEachRow' });
  const rows = await result.json<{ name: string }>();
  return new Set(rows.map(({ name }) => name));
}
