import { replacedLifetime } from '../clickhouse/parts/replaced-lifetime.ts';
import { queryText } from '../clickhouse/sql.ts';
import { pause } from '../timing/pause.ts';
import type { Store } from './store.ts';

/** Milliseconds after which a replaced part may be removed: more than the one second set as its lifetime meanwhile. */
const WAIT_TIMEOUT = 2100;

/**
 * Frees the disk space of deleted hits at the end of a command. The embedded engine would free it by itself, but a minute
 * later; a server keeps running, so it needs no help. Replaced parts are kept until their replacements are inspected: see
 * clickhouse/parts/parts.ts.
 */
export async function waitForFreeSpace(store: Store): Promise<void> {
  await using connection = store.dedicatedConnection();
  if (connection.folder === undefined) return;
  await store.guard.parts.inspect();
  await connection.command(replacedLifetime(1));
  try {
    await pause(WAIT_TIMEOUT);
    await connection.command(queryText('free_hits', {}, connection.dialect));
  } finally {
    await connection.command(replacedLifetime());
  }
}
