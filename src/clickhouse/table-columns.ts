import type { ClickHouseClient } from '@clickhouse/client';
import { queryText } from './sql.ts';

/**
 * The present columns of a table. A conversion runs between two steps of the schema, before later steps add their columns: it
 * omits these, and rows of an older version then have their defaults.
 */
export async function tableColumns(client: ClickHouseClient, table: string): Promise<ReadonlySet<string>> {
  const query = queryText('table_columns', { table });
  const result = await client.query({ query, format: 'JSONEachRow' });
  const rows = await result.json<{ name: string }>();
  return new Set(rows.map(({ name }) => name));
}
