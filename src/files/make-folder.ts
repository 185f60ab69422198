import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Creates a folder and its missing parents. Node's own recursive `mkdir` is not used: it never ends if the system reports an
 * existing parent as missing, as `/proc` does.
 *
 * @param path absolute path
 * @param mode mode of the created folders
 * @throws the system's error
 */
export function makeFolder(path: string, mode = 0o777): void {
  if (existsSync(path)) return;
  const parent = dirname(path);
  if (!existsSync(parent)) makeFolder(parent, mode);
  mkdirSync(path, { mode });
}
