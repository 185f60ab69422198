/**
 * Keys the digests of imported logs that earlier versions stored without a key (folder/import-key.ts).
 *
 * It may be killed at any moment, and the next start repeats it: keyed rows are added first, which changes nothing the second
 * time, as a row replaces an equal one; when all are there, those without a key are deleted. Their form shows whether any are left.
 *
 * The key does not leave this process: a server would keep it in its log of queries.
 */
import type { ClickHouseClient } from '@clickhouse/client';
import type { Dialect } from '../clickhouse/dialect.ts';
import { quote } from '../clickhouse/literals.ts';
import { queryText } from '../clickhouse/sql.ts';
import type { ImportKey } from '../folder/import-key.ts';

/** Rows that are held in memory at a time. */
const ROWS = 20_000;

/** A row of the table `imports`, with its other columns as texts. */
interface ImportsRow {
  readonly root: string;
  readonly parent: string;
  readonly digest: string;
  readonly [column: string]: string;
}

/**
 * @param client runs one statement after another
 * @param onProgress called with a line if there is something to do
 * @param most rows in memory at a time
 */
export async function keyImports(
  client: ClickHouseClient,
  dialect: Dialect,
  key: ImportKey,
  onProgress: (message: string) => void = () => undefined,
  most = ROWS,
): Promise<void> {
  let last = { root: '', parent: '', digest: '' };
  let done = 0;
  for (;;) {
    const after = [last.root, last.parent, last.digest].map(quote).join(', ');
    const query = queryText('imports_unkeyed', { after, most: String(most) });
    const rows = await (await client.query({ query, format: 'JSONEachRow' })).json<ImportsRow>();
    if (rows.length === 0) break;
    if (done === 0) onProgress('upgrading: keying the digests of imported logs, once');
    const values = rows.map((row) => ({
      ...row,
      root: key.keyed(row.root),
      parent: key.keyed(row.parent),
      digest: key.keyed(row.digest),
    }));
    await client.insert({ table: 'imports', values, format: 'JSONEachRow' });
    last = rows.at(-1)!;
    done += rows.length;
  }
  if (done > 0) await client.command({ query: queryText('imports_delete_unkeyed', {}, dialect) });
}
