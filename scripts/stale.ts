import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const LOCK_FILE = join(import.meta.dirname, '..', 'package-lock.json');

/**
 * Whether something must be built: it does not exist, or a source or the tools are newer. A folder is newer than its files
 * if one of them was deleted.
 *
 * @param built a file that every build makes
 * @param sources their folder
 */
export function isStale(built: string, sources: string): boolean {
  const made = statSync(built, { throwIfNoEntry: false });
  if (!made) return true;
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.endsWith('.test.ts'))
    .map((name) => join(sources, name));
  return [sources, LOCK_FILE, ...files].some((path) => statSync(path).mtimeMs > made.mtimeMs);
}
