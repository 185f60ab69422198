import { existsSync } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { writeSynced } from '../files/durable.ts';
import { intactLength } from '../rows/row-seal.ts';
import { type Damage, quarantine } from './damage.ts';
import { type Finished, PendingRename } from './pending-rename.ts';
import { fileOf, type LogChunkRecord, type Segment, type SegmentName, segmentOf } from './segment.ts';

/** A batch that is on disk but has no final name yet. */
export interface BatchWithRecords {
  /** Name of the files that hold it. */
  readonly name: SegmentName;
  readonly bytes: number;
  readonly hits: number;
  readonly notes: readonly LogChunkRecord[];
}

/**
 * Writes a batch and its notes to temporary files. They become a batch when they are renamed.
 *
 * The files are synced although the batch can be rebuilt: once its rows are in the store, its notes must get there too.
 * Otherwise a rebuilt batch would count its hits twice.
 *
 * @param name an unused name
 * @param hits number of rows, without seals
 */
export async function writeBatchWithRecords(
  folder: string,
  name: SegmentName,
  rows: readonly Uint8Array[],
  { hits, notes }: { hits: number; notes: readonly LogChunkRecord[] },
): Promise<BatchWithRecords> {
  try {
    const bytes = sizeOf(rows);
    await writeSynced(pathOf(folder, name, 'note'), [Buffer.from(recordsText(bytes, notes))]);
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
 * Prepares a batch for hand-over. The notes are renamed first: a batch without notes is not valid.
 *
 * @param name name of the resulting `noted` file
 */
export function finishBatchWithRecords(folder: string, batch: BatchWithRecords, name: SegmentName): Finished {
  const renames = [
    { from: pathOf(folder, batch.name, 'note'), to: pathOf(folder, name, 'note') },
    { from: pathOf(folder, batch.name, 'new'), to: pathOf(folder, name, 'noted') },
  ];
  const { bytes, hits, notes } = batch;
  return {
    segment: segmentOf(folder, name, { bytes, hits, records: notes }),
    rename: new PendingRename(renames),
  };
}

function pathOf(folder: string, name: SegmentName, state: SegmentName['state']): string {
  return join(folder, fileOf({ ...name, state }));
}

/** Content of the `note` file beside a batch. */
interface RecordsFile {
  readonly segment_bytes: number;
  /** CRC-32 of the notes as JSON; older versions did not write it. */
  readonly crc?: number;
  readonly notes: readonly LogChunkRecord[];
}

/** @returns total size in bytes */
export function sizeOf(rows: readonly Uint8Array[]): number {
  return rows.reduce((sum, { length }) => sum + length, 0);
}

/**
 * Reads a noted batch, which is either complete or absent.
 *
 * @returns undefined if its rows and its notes do not match
 */
export async function readBatchWithRecords(folder: string, name: SegmentName): Promise<Segment | undefined> {
  const content = await readFile(pathOf(folder, name, 'noted'));
  const beside = await readRecordsFile(pathOf(folder, name, 'note'));
  const { length, rows } = intactLength(content, name.layout);
  if (!beside || length !== content.length || length !== beside.segment_bytes) return undefined;
  return segmentOf(folder, name, { bytes: length, hits: rows, records: beside.notes });
}

/**
 * Quarantines a noted batch that does not match its notes: it was synced before it was renamed, so it is damaged. The notes
 * are moved first: if the process dies between the two moves, no complete batch is left either.
 */
export async function quarantineBatchWithRecords(folder: string, name: SegmentName): Promise<Damage> {
  const { size: bytes } = await stat(pathOf(folder, name, 'noted'));
  const note = fileOf({ ...name, state: 'note' });
  if (existsSync(join(folder, note))) await quarantine(folder, note, true);
  await quarantine(folder, fileOf(name), true);
  const kept = { bytes: 0, hits: 0, groups: [] };
  return { file: fileOf(name), kind: 'import', kept, bytes, hits: 0, isMore: true };
}

/** The text of a `note` file. @param bytes of the segment */
export function recordsText(bytes: number, notes: readonly LogChunkRecord[]): string {
  const beside: RecordsFile = { segment_bytes: bytes, crc: crc32(JSON.stringify(notes)), notes };
  return JSON.stringify(beside);
}

/** @returns undefined if the notes are missing, torn or changed */
export async function readRecordsFile(path: string): Promise<RecordsFile | undefined> {
  try {
    const beside: Partial<RecordsFile> = JSON.parse(await readFile(path, 'utf8'));
    const { segment_bytes, crc, notes } = beside;
    if (typeof segment_bytes !== 'number' || !Array.isArray(notes)) return undefined;
    return crc === undefined || crc === crc32(JSON.stringify(notes)) ? { segment_bytes, notes } : undefined;
  } catch {
    return undefined;
  }
}
