import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { intactLength } from '../hit/row.ts';
import { fileOf, type Note, type Segment, type SegmentName, segmentOf, syncFolder } from './segment.ts';

/**
 * Writes a batch beside its notes. The last rename is the moment at which it exists.
 *
 * It is synced although it can be made again: once its rows are in the store, its notes must get there too, or whoever
 * makes it again makes its hits count twice.
 *
 * @param durable whether it is synced to the disk
 */
export async function writeNoted(
  folder: string,
  name: SegmentName,
  rows: readonly Uint8Array[],
  notes: readonly Note[],
  durable: boolean,
): Promise<Segment> {
  const pathOf = (state: SegmentName['state']) => join(folder, fileOf({ ...name, state }));
  try {
    const bytes = sizeOf(rows);
    const beside: Beside = { segment_bytes: bytes, notes };
    await writeSynced(pathOf('note'), [Buffer.from(JSON.stringify(beside))], durable);
    await writeSynced(pathOf('new'), rows, durable);
    await rename(pathOf('new'), pathOf('noted'));
    if (durable) await syncFolder(folder);
    return segmentOf(name, pathOf('noted'), bytes, notes);
  } catch (error) {
    // Without its notes a batch is none.
    for (const state of ['note', 'new', 'noted'] as const) {
      await rm(pathOf(state), { force: true }).catch(() => undefined);
    }
    throw error;
  }
}

/** What lies beside a batch. */
interface Beside {
  readonly segment_bytes: number;
  readonly notes: readonly Note[];
}

/** @returns bytes */
export function sizeOf(rows: readonly Uint8Array[]): number {
  return rows.reduce((sum, { length }) => sum + length, 0);
}

/** A noted batch is there as a whole or not at all: undefined, and its files are gone. */
export async function recoverNoted(
  folder: string,
  name: SegmentName,
): Promise<{ segment: Segment; rows: number } | undefined> {
  const path = join(folder, fileOf(name));
  const notePath = join(folder, fileOf({ ...name, state: 'note' }));
  const content = await readFile(path);
  const beside = await readBeside(notePath);
  const { length, rows } = intactLength(content);
  if (beside && length === content.length && length === beside.segment_bytes) {
    return { segment: segmentOf(name, path, length, beside.notes), rows };
  }
  await rm(path);
  await rm(notePath, { force: true });
  return undefined;
}

async function writeSynced(path: string, parts: readonly Uint8Array[], durable: boolean): Promise<void> {
  const file = await open(path, 'wx');
  try {
    // Not `writev`, which may write less than all.
    for (const part of parts) await file.writeFile(part);
    if (durable) await file.datasync();
  } finally {
    await file.close();
  }
}

/** A power cut may leave notes that are missing, empty or torn. */
async function readBeside(path: string): Promise<Beside | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}
