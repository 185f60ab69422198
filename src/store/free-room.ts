import { setTimeout as sleep } from 'node:timers/promises';
import { replacedLifetime } from '../clickhouse/parts/replaced-lifetime.ts';
import { queryText } from '../clickhouse/sql.ts';
import type { Store } from './store.ts';

/** Milliseconds after which a part that was replaced may go: more than the second that is set meanwhile. */
const PATIENCE = 2100;

/**
 * Gives the disk back what deleted hits took, at the end of a command. The engine in this process would do it by itself,
 * but a minute later; that of a server runs on. Replaced parts are kept until those that replace them are inspected: see
 * clickhouse/parts/parts.ts.
 */
export async function freeRoom(store: Store): Promise<void> {
  await using connection = store.dedicatedConnection();
  if (connection.folder === undefined) return;
  await store.guard.parts.inspect();
  await connection.command(replacedLifetime(1));
  try {
    await sleep(PATIENCE);
    await connection.command(queryText('free_hits'));
  } finally {
    await connection.command(replacedLifetime());
  }
}
