import { quote } from '../clickhouse/literals.ts';
import type { ImportKey } from '../folder/import-key.ts';
import type { Store } from './store.ts';

/**
 * Makes a store forget which logs were imported with other import salts. Their rows stay, since batches of hits refer to them.
 * It may be killed at any moment, and repeated.
 *
 * @param key of the logs that it does not forget
 * @returns whether there were any
 * @throws HitError `store_unavailable`
 */
export async function forgetImports(store: Store, { prefix, end }: ImportKey): Promise<boolean> {
  const foreign = await store.rows('imports_foreign', { prefix, end });
  if (foreign.length === 0) return false;
  const fragments = { prefix: quote(prefix) };
  await store.executeLong('imports_forget', fragments, 'hit-tracker-forget-imports', ['imports']);
  await store.executeLong('imports_delete_forgotten', fragments, 'hit-tracker-delete-forgotten', []);
  return true;
}
