import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder and its parents, where they are not there. Not by Node's own recursive `mkdir`, which never ends where the
 * system says of a parent that is there that it is not, as `/proc` does.
 *
 * @param path absolute
 * @param mode of those that are made
 * @throws the system's error
 */
export function makeFolder(path: string, mode = 0o777): void {
  if (existsSync(path)) return;
  const parent = dirname(path);
  if (!existsSync(parent)) makeFolder(parent, mode);
  mkdirSync(path, { mode });
}
