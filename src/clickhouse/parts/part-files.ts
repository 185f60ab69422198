/**
 * Compares the files of a part with what the engine knows. The engine keeps the written size of each part in memory, so
 * adding up sizes finds a file that a full disk left empty, or that was truncated or deleted since. This takes microseconds
 * per part and reads no content. It does not find flipped bits: see `CHECK TABLE`.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Files with metadata of the part, which the engine's size does not include. */
const NOT_COUNTED: ReadonlySet<string> = new Set([
  'checksums.txt',
  'columns.txt',
  'columns_substreams.txt',
  'default_compression_codec.txt',
  'metadata_version.txt',
  'txn_version.txt',
  'uuid.txt',
]);
/** Files that are never empty in a part that was written whole. */
const NEVER_EMPTY: readonly string[] = ['checksums.txt', 'columns.txt'];

/**
 * Tells why a part cannot be whole.
 *
 * @param path folder of the part
 * @param bytes its size according to the engine
 * @returns undefined if the sizes are correct. Otherwise it is only a suspicion: the part may have been merged and be
 *   disappearing right now, so the caller must ask the engine
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
