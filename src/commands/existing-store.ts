import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { HitError } from '../errors.ts';

/**
 * For commands that need what is stored: a misspelt folder is not an empty store, and nothing is created in it.
 *
 * @param store as in settings: one on a server needs no data folder
 * @throws HitError `data_dir_unusable`
 */
export function assertStore(dataDir: string, store = 'embedded'): void {
  const folder = resolve(dataDir);
  if (store !== 'embedded' || existsSync(join(folder, 'store'))) return;
  const what = existsSync(folder) ? `store in ${folder}` : `data folder ${folder}`;
  throw new HitError('data_dir_unusable', `there is no ${what}: name it with --data-dir`);
}
