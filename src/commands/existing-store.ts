import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { HitError } from '../errors.ts';

/**
 * Checks that a command has stored data to read: a misspelt folder is an error, and nothing is created in it.
 *
 * @param store the setting: a store on a server needs no data folder
 * @throws HitError `data_dir_unusable`
 */
export function assertStore(dataDir: string, store = 'embedded'): void {
  const folder = resolve(dataDir);
  if (store !== 'embedded' || existsSync(join(folder, 'store'))) return;
  const what = existsSync(folder) ? `store in ${folder}` : `data folder ${folder}`;
  throw new HitError('data_dir_unusable', `there is no ${what}: name it with --data-dir`);
}
