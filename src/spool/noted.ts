import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { intactLength } from '../hit/row.ts';
import { fileOf, type Note, type Segment, type SegmentName, segmentOf, syncFolder } from './segment.ts';

/**
 * Writes a batch beside its note. The last rename is the moment at which it exists.
 *
 * It is synced although it can be made again: once its rows are in the store, its note must get there too, or whoever
 * makes it again makes its hits count twice.
 *
 * @param durable whether it is synced to the disk
 */
export async function writeNoted(
  folder: string,
  name: SegmentName,
  rows: Uint8Array,
  note: Note,
  durable: boolean,
): Promise<Segment> {
  const pathOf = (state: SegmentName['state']) => join(folder, fileOf({ ...name, state }));
  try {
    const text = JSON.stringify({ ...note, segment_bytes: rows.length });
    await writeSynced(pathOf('note'), Buffer.from(text), durable);
    await writeSynced(pathOf('new'), rows, durable);
    await rename(pathOf('new'), pathOf('noted'));
    if (durable) await syncFolder(folder);
    return segmentOf(name, pathOf('noted'), rows.length, note);
  } catch (error) {
    // Without its note a batch is none.
    for (const state of ['note', 'new', 'noted'] as const) {
      await rm(pathOf(state), { force: true }).catch(() => undefined);
    }
    throw error;
  }
}

/** A noted batch is there as a whole or not at all: undefined, and its files are gone. */
export async function recoverNoted(
  folder: string,
  name: SegmentName,
): Promise<{ segment: Segment; rows: number } | undefined> {
  const path = join(folder, fileOf(name));
  const notePath = join(folder, fileOf({ ...name, state: 'note' }));
  const content = await readFile(path);
  const note = await readNote(notePath);
  const { length, rows } = intactLength(content);
  if (note && length === content.length && length === note.segment_bytes) {
    return { segment: segmentOf(name, path, length, note), rows };
  }
  await rm(path);
  await rm(notePath, { force: true });
  return undefined;
}

async function writeSynced(path: string, bytes: Uint8Array, durable: boolean): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    if (durable) await file.datasync();
  } finally {
    await file.close();
  }
}

/** A power cut may leave a note that is missing, empty or torn. */
async function readNote(path: string): Promise<Note | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}
