/**
 * Inserts a result that does not fit into the engine's memory, as atomically as a statement inserts one that does.
 *
 * The result is computed share by share into a table beside the actual one. There its parts are merged into one, which the engine
 * does row by row, and this part is attached to the table: by one renaming, so all of it is there or none. If the process dies
 * before, the table beside is dropped, and nothing has happened.
 *
 * A table with partitions (`hits`) gets one part for each of them, one after another. If the process dies in between, some are
 * missing, as they are if it dies within a statement that does not take shares. So such a statement is repeated until it is known
 * to be complete, and leaves out what is there: a month of a batch (`insert_hits.sql`), or a day of a site (`restore_hits.sql`). Each
 * share sees the same then, as nothing is attached before all shares are computed; the caller lets no other insert of such rows
 * come between.
 *
 * A server may run such statements of several nodes, so this is for the embedded engine, and for conversions.
 */
import type { ClickHouseClient } from '@clickhouse/client';
import { HitError } from '../errors.ts';
import { isOutOfMemory } from './faults.ts';
import { quote } from './literals.ts';
import { inShares, memoryFault, type Share } from './shares.ts';

/** Prefix of the tables beside. Backups and inspections of parts leave them out. */
const STAGED = 'staged_';
/** Maximum parts that are merged at once: each takes buffers for all columns. */
const MOST_PARTS = 16;
/** Merges take columns one after another, and few rows at a time. */
const FRUGAL =
  'vertical_merge_algorithm_min_rows_to_activate = 1, vertical_merge_algorithm_min_columns_to_activate = 1, merge_max_block_size = 1024';

/** Rows that a statement reads at a time: with the usual 65,409, reading hits of a file takes 30 MiB. */
const FEW_ROWS = '8192';

/** Runs statements one after another. */
interface StatementRunner {
  command(text: string): Promise<unknown>;
  rows<Row>(text: string): Promise<Row[]>;
}

/** Runs statements by a client. */
export function runnerOf(client: ClickHouseClient): StatementRunner {
  return {
    command: (query) => client.command({ query, clickhouse_settings: { max_block_size: FEW_ROWS } }),
    rows: async <Row>(query: string) => (await client.query({ query, format: 'JSONEachRow' })).json<Row>(),
  };
}

/** Drops what a process left that died during such an insert. */
export async function dropStaged(runner: StatementRunner): Promise<void> {
  const found = await runner.rows<{ name: string }>(
    `SELECT name FROM system.tables WHERE database = currentDatabase() AND startsWith(name, ${quote(STAGED)})`,
  );
  for (const { name } of found) await runner.command(`DROP TABLE IF EXISTS ${name} SYNC`);
}

/**
 * @param table into which the statement inserts
 * @param shares number of shares to begin with
 * @param text the statement for another table and a share. Results of all shares, merged by the table's engine, are that of all
 * @throws HitError `engine_memory` if it does not fit even so; what the runner throws
 */
export async function insertStaged(
  runner: StatementRunner,
  table: string,
  shares: number,
  text: (into: string, share: Share) => string,
): Promise<void> {
  const staged = STAGED + table;
  const drop = `DROP TABLE IF EXISTS ${staged} SYNC`;
  await runner.command(drop);
  try {
    await runner.command(`CREATE TABLE ${staged} AS ${table}`);
    await runner.command(`ALTER TABLE ${staged} MODIFY SETTING ${FRUGAL}`);
    await insertShares(runner, staged, Math.max(2, shares), (share) => text(staged, share));
    await mergeParts(runner, staged);
    for (const id of await partitionsOf(runner, staged))
      await runner.command(`ALTER TABLE ${table} ATTACH PARTITION ID ${quote(id)} FROM ${staged}`);
  } catch (error) {
    throw isOutOfMemory(error) ? memoryFault(error) : error;
  } finally {
    await runner.command(drop);
  }
}

async function insertShares(
  runner: StatementRunner,
  staged: string,
  shares: number,
  text: (share: Share) => string,
): Promise<void> {
  // The engine would merge them while the next share is computed, and both need memory.
  await runner.command(`SYSTEM STOP MERGES ${staged}`);
  let parts = 0;
  await inShares(async (share) => {
    if (parts >= MOST_PARTS) {
      await mergeParts(runner, staged);
      await runner.command(`SYSTEM STOP MERGES ${staged}`);
      parts = 1;
    }
    await runner.command(text(share));
    parts++;
  }, shares);
}

async function mergeParts(runner: StatementRunner, staged: string): Promise<void> {
  await runner.command(`SYSTEM START MERGES ${staged}`);
  await runner.command(`OPTIMIZE TABLE ${staged} FINAL`);
}

/** @throws HitError `internal` if one has several parts: attaching these is not atomic */
async function partitionsOf(runner: StatementRunner, staged: string): Promise<string[]> {
  const rows = await runner.rows<{ id: string; parts: number | string }>(
    `SELECT partition_id AS id, count() AS parts FROM system.parts
WHERE database = currentDatabase() AND table = ${quote(staged)} AND active GROUP BY id ORDER BY id`,
  );
  if (rows.some(({ parts }) => Number(parts) !== 1))
    throw new HitError('internal', `parts of ${staged} are not merged`);
  return rows.map(({ id }) => id);
}
