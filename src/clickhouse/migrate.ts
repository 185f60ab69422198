import type { ClickHouseClient } from '@clickhouse/client';
import { HitError } from '../errors.ts';
import { type Dialect, SINGLE } from './dialect.ts';
import { convertRollups } from './rollup-conversion.ts';
import { historyStatements, type Migration, migrations } from './sql.ts';
import { convertVisits } from './visit-conversion.ts';

/** What a step does after its statements, by the name of the step. */
const CONVERSIONS: Readonly<Record<string, typeof convertRollups>> = {
  batches: convertRollups,
  visits: convertVisits,
};

export interface MigrateOptions {
  /** Of the client's database. Default: one server. */
  readonly dialect?: Dialect;
  /** Default: all. */
  readonly steps?: readonly Migration[];
  /** Called with a line now and then, if a step takes long. */
  readonly onProgress?: ((message: string) => void) | undefined;
}

/**
 * Migrates a database to this version's schema: applies the missing steps in order. A crash may have interrupted a step,
 * so each of its statements may run again.
 *
 * @throws HitError `data_dir_newer` if the database was written by a newer version
 */
export async function migrate(
  client: ClickHouseClient,
  { dialect = SINGLE, steps = migrations(dialect), onProgress = () => undefined }: MigrateOptions = {},
): Promise<void> {
  for (const query of historyStatements(dialect)) await client.command({ query });
  const result = await client.query({
    query: 'SELECT max(version) AS version FROM migrations',
    format: 'JSONEachRow',
  });
  const current = Number((await result.json<{ version: number }>())[0]?.version ?? 0);
  const newest = steps.at(-1)?.version ?? 0;
  if (current > newest) {
    throw new HitError(
      'data_dir_newer',
      `the store has schema ${current}, and this version of Hit Tracker supports ${newest}: install a newer one`,
    );
  }
  if (current > 0 && current < newest) {
    onProgress(
      `the store has schema ${current} and is converted to ${newest}; earlier versions cannot open it afterwards`,
    );
  }
  for (const step of steps.filter(({ version }) => version > current)) {
    for (const query of step.statements) await client.command({ query });
    await CONVERSIONS[step.name]?.(client, dialect, onProgress);
    await client.command({
      // Not VALUES: the embedded engine would also read them from the process's standard input.
      query: `INSERT INTO migrations (version, name) SELECT ${step.version}, '${step.name}'`,
    });
  }
}
