import { setTimeout as sleep } from 'node:timers/promises';
import { queryText } from './sql.ts';
import type { Store } from './store.ts';

/** Milliseconds after which a part that was replaced may go: more than the whole second that the schema sets. */
const PATIENCE = 2100;

/**
 * Gives the disk back what deleted hits took, at the end of a command. The engine in this process would do it by itself,
 * but half a minute later; that of a server runs on.
 */
export async function freeRoom(store: Store): Promise<void> {
  await using aside = store.aside();
  if (aside.folder === undefined) return;
  await sleep(PATIENCE);
  await aside.command(queryText('free_hits'));
}
