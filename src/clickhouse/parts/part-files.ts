/**
 * The files of a part, beside what the engine knows of it. The engine keeps the size of each part from when it was written,
 * in memory, so a file that a full disk left empty, or that was truncated or deleted since, is found by adding up sizes:
 * that takes microseconds a part, and reads nothing. Flipped bits it does not find: see `CHECK TABLE`.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Files that tell of the part itself, which the engine's number leaves out. */
const NOT_COUNTED: ReadonlySet<string> = new Set([
  'checksums.txt',
  'columns.txt',
  'columns_substreams.txt',
  'default_compression_codec.txt',
  'metadata_version.txt',
  'txn_version.txt',
  'uuid.txt',
]);
/** Those that are never empty in a part that was written whole. */
const NEVER_EMPTY: readonly string[] = ['checksums.txt', 'columns.txt'];

/**
 * Why a part cannot be whole.
 *
 * @param path folder of the part
 * @param bytes what the engine knows of its size
 * @returns undefined if its files have the sizes that they should. Else a suspicion: the part may be going this moment,
 *   since it was merged, and the engine is to be asked
 */
export async function sizeFault(path: string, bytes: number): Promise<string | undefined> {
  const sizes = new Map<string, number>();
  try {
    for (const entry of await readdir(path, { withFileTypes: true })) {
      if (!entry.isDirectory()) sizes.set(entry.name, (await stat(join(path, entry.name))).size);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'files are missing';
    throw error;
  }
  for (const name of NEVER_EMPTY) {
    if (!sizes.get(name)) return `${name} is ${sizes.has(name) ? 'empty' : 'missing'}`;
  }
  let counted = 0;
  for (const [name, size] of sizes) if (!NOT_COUNTED.has(name)) counted += size;
  return counted === bytes ? undefined : `its files have ${counted} bytes, and ${bytes} were written`;
}
