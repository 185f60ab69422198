import { existsSync } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { writeSynced } from '../files/durable.ts';
import { intactLength } from '../hit/row.ts';
import { type Damage, quarantine } from './damage.ts';
import { type Finished, Naming } from './naming.ts';
import { fileOf, type LogChunkRecord, type Segment, type SegmentName, segmentOf } from './segment.ts';

/** A batch that is on the disk, and has no name yet. */
export interface BatchWithRecords {
  /** Of the files it is in. */
  readonly name: SegmentName;
  readonly bytes: number;
  readonly hits: number;
  readonly notes: readonly LogChunkRecord[];
}

/**
 * Writes a batch and its notes to files that nobody takes for a batch: it is one when it gets its name.
 *
 * It is synced although it can be made again: once its rows are in the store, its notes must get there too, or whoever
 * makes it again makes its hits count twice.
 *
 * @param name a new one
 * @param hits rows without seals
 */
export async function writeBatchWithRecords(
  folder: string,
  name: SegmentName,
  rows: readonly Uint8Array[],
  { hits, notes }: { hits: number; notes: readonly LogChunkRecord[] },
): Promise<BatchWithRecords> {
  try {
    const bytes = sizeOf(rows);
    const beside: Beside = { segment_bytes: bytes, crc: crc32(JSON.stringify(notes)), notes };
    await writeSynced(pathOf(folder, name, 'note'), [Buffer.from(JSON.stringify(beside))]);
    await writeSynced(pathOf(folder, name, 'new'), rows);
    return { name, bytes, hits, notes };
  } catch (error) {
    for (const state of ['note', 'new'] as const) {
      await rm(pathOf(folder, name, state), { force: true }).catch(() => undefined);
    }
    throw error;
  }
}

/**
 * What is handed over of it. The notes get their name first: a batch without them is none.
 *
 * @param name of the `noted` that it becomes
 */
export function finishBatchWithRecords(folder: string, batch: BatchWithRecords, name: SegmentName): Finished {
  const renames = [
    { from: pathOf(folder, batch.name, 'note'), to: pathOf(folder, name, 'note') },
    { from: pathOf(folder, batch.name, 'new'), to: pathOf(folder, name, 'noted') },
  ];
  const { bytes, hits, notes } = batch;
  return { segment: segmentOf(folder, name, { bytes, hits, notes }), naming: new Naming(folder, renames) };
}

function pathOf(folder: string, name: SegmentName, state: SegmentName['state']): string {
  return join(folder, fileOf({ ...name, state }));
}

/** What lies beside a batch. */
interface Beside {
  readonly segment_bytes: number;
  /** CRC-32 of the notes as JSON; older versions wrote none. */
  readonly crc?: number;
  readonly notes: readonly LogChunkRecord[];
}

/** @returns bytes */
export function sizeOf(rows: readonly Uint8Array[]): number {
  return rows.reduce((sum, { length }) => sum + length, 0);
}

/**
 * Reads a noted batch, which is there as a whole or not at all.
 *
 * @returns undefined where its rows and its notes do not fit
 */
export async function readBatchWithRecords(folder: string, name: SegmentName): Promise<Segment | undefined> {
  const content = await readFile(pathOf(folder, name, 'noted'));
  const beside = await readBeside(pathOf(folder, name, 'note'));
  const { length, rows } = intactLength(content);
  if (!beside || length !== content.length || length !== beside.segment_bytes) return undefined;
  return segmentOf(folder, name, { bytes: length, hits: rows, notes: beside.notes });
}

/**
 * Sets aside a noted batch that does not fit its notes: it was synced before it got its name, so it is damaged. Its notes go
 * first: if that is cut off, there is no whole batch either.
 */
export async function quarantineBatchWithRecords(folder: string, name: SegmentName): Promise<Damage> {
  const { size: bytes } = await stat(pathOf(folder, name, 'noted'));
  const note = fileOf({ ...name, state: 'note' });
  if (existsSync(join(folder, note))) await quarantine(folder, note, true);
  await quarantine(folder, fileOf(name), true);
  const kept = { bytes: 0, hits: 0, groups: [] };
  return { file: fileOf(name), kind: 'import', kept, bytes, hits: 0, isMore: true };
}

/** @returns undefined where the notes are missing, torn, or not what was written */
async function readBeside(path: string): Promise<Beside | undefined> {
  try {
    const beside: Partial<Beside> = JSON.parse(await readFile(path, 'utf8'));
    const { segment_bytes, crc, notes } = beside;
    if (typeof segment_bytes !== 'number' || !Array.isArray(notes)) return undefined;
    return crc === undefined || crc === crc32(JSON.stringify(notes)) ? { segment_bytes, notes } : undefined;
  } catch {
    return undefined;
  }
}
