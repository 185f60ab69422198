/**
 * Keys the digests in the records of log chunks that an earlier version left in the spool. The folder may be copied before they
 * are delivered, and the store has keyed ones only.
 */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../files/atomic.ts';
import type { ImportKey } from '../folder/import-key.ts';
import { readRecordsFile, recordsText } from './batch-records.ts';
import { parseName } from './segment.ts';

/** May be repeated. Damaged files stay, for the recovery of the spool. */
export async function keySpooledRecords(folder: string, key: ImportKey): Promise<void> {
  if (!existsSync(folder)) return;
  for (const file of await readdir(folder)) {
    if (parseName(file)?.state !== 'note') continue;
    const path = join(folder, file);
    const beside = await readRecordsFile(path);
    if (!beside) continue;
    const notes = beside.notes.map((note) => ({
      ...note,
      root: key.keyed(String(note.root)),
      parent: key.keyed(String(note.parent)),
      digest: key.keyed(String(note.digest)),
    }));
    const text = recordsText(beside.segment_bytes, notes);
    if (text !== recordsText(beside.segment_bytes, beside.notes)) await writeAtomically(path, text);
  }
}
