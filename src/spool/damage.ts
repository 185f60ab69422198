/** Segments that were damaged on disk: what is lost, what is kept, and the quarantined original. */

import { constants } from 'node:fs';
import { copyFile, link, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HitError, messageOf } from '../errors.ts';
import { syncFolder, writeSynced } from '../files/durable.ts';
import { findGroups, type IntactGroup } from '../rows/row-groups.ts';
import { fileOf, type SegmentContent, type SegmentName } from './segment.ts';

/** A damaged segment. */
export interface Damage {
  readonly file: string;
  readonly kind: 'live' | 'import';
  /** Lost bytes. */
  readonly bytes: number;
  /** Known lost hits. */
  readonly hits: number;
  /** Whether more hits may be lost than `hits`. */
  readonly isMore: boolean;
  /** The intact groups, which are delivered. */
  readonly kept: { readonly bytes: number; readonly hits: number; readonly groups: readonly IntactGroup[] };
}

/** Totals of the damage found since the start. */
export interface DamageCounts {
  readonly segments: number;
  readonly bytes: number;
  /** Known lost hits: there may be more. */
  readonly hits: number;
}

/**
 * @param written the size that was written to the file, if known: the file may have been cut between two groups
 * @returns undefined if nothing is damaged; the torn end of an `open` segment is not damage
 */
export function damageOf(
  name: SegmentName,
  content: Buffer,
  written?: Pick<SegmentContent, 'bytes' | 'hits'>,
): Damage | undefined {
  const { intact, damaged, rest } = findGroups(content, name.layout);
  const lost = [...damaged];
  if (name.state !== 'open' && rest < content.length) {
    lost.push({ start: rest, end: content.length, hits: undefined });
  }
  const kept = {
    bytes: sumOf(intact, ({ start, end }) => end - start),
    hits: sumOf(intact, ({ hits }) => hits),
    groups: intact,
  };
  if (written && content.length < written.bytes) {
    const hits = lost.length === 0 ? written.hits - kept.hits : undefined;
    lost.push({ start: content.length, end: written.bytes, hits });
  }
  if (lost.length === 0) return undefined;
  return {
    ...{ file: fileOf(name), kind: 'live', kept },
    bytes: sumOf(lost, ({ start, end }) => end - start),
    hits: sumOf(lost, ({ hits }) => hits ?? 0),
    isMore: lost.some(({ hits }) => hits === undefined),
  };
}

export function countDamages(damages: readonly Damage[]): DamageCounts {
  return {
    segments: damages.length,
    bytes: sumOf(damages, ({ bytes }) => bytes),
    hits: sumOf(damages, ({ hits }) => hits),
  };
}

/** @param damage undefined changes nothing */
export function addDamage(counts: DamageCounts, damage: Damage | undefined): DamageCounts {
  if (!damage) return counts;
  const { segments, bytes, hits } = countDamages([damage]);
  return { segments: counts.segments + segments, bytes: counts.bytes + bytes, hits: counts.hits + hits };
}

/** The message for the operator. */
export function damageText({ file, kind, bytes, hits, isMore, kept }: Damage): string {
  if (kind === 'import') {
    return `${file}, a batch of an import, is damaged and set aside in damaged/: import the log again, which adds what is missing`;
  }
  const lost = isMore ? (hits > 0 ? `more than ${hits}` : 'an unknown number of') : String(hits);
  return `${file} is damaged: ${bytes} bytes with ${lost} hits are lost, ${kept.hits} hits are kept; the original is in damaged/`;
}

/**
 * Links or moves a file to `damaged/`. An existing file there is kept: if it is the same file, quarantined by a run that
 * was killed, nothing is added; otherwise the new name gets a number.
 *
 * @param move whether to remove the original name
 */
export async function quarantine(folder: string, file: string, move = false): Promise<void> {
  const damaged = join(folder, 'damaged');
  await mkdir(damaged, { recursive: true });
  const from = join(folder, file);
  for (let copy = 1; !(await linked(from, join(damaged, copy === 1 ? file : `${file}.${copy}`))); copy++);
  await syncFolder(damaged);
  await syncFolder(folder);
  if (move) await rm(from);
}

/**
 * Atomically replaces a damaged segment with its intact groups.
 *
 * @throws HitError `spool_failed` if they cannot be written; the segment is unchanged then
 */
export async function repair(
  folder: string,
  name: SegmentName,
  content: Buffer,
  { kept }: Damage,
): Promise<void> {
  const parts = kept.groups.map(({ start, end }) => content.subarray(start, end));
  const path = join(folder, fileOf({ ...name, state: 'new' }));
  try {
    await writeSynced(path, parts);
    await rename(path, join(folder, fileOf(name)));
  } catch (error) {
    await rm(path, { force: true }).catch(() => undefined);
    throw new HitError(
      'spool_failed',
      `${fileOf(name)} in the spool is damaged, and its intact groups cannot be written: ${messageOf(error)}; free some space and start again`,
      { cause: error },
    );
  }
}

/** Cuts off everything after the last complete group. */
export async function truncate(path: string, length: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.truncate(length);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** @returns whether the file has the name now; false if another file has it */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return (await stat(from)).ino === (await stat(to)).ino;
    if (!/^(EPERM|ENOTSUP|EOPNOTSUPP|EMLINK|ENOSYS)$/.test(code ?? '')) throw error;
    return copied(from, to);
  }
}

/** For a file system without hard links. An incomplete copy is left in place, and another one is made. */
async function copied(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function sumOf<Item>(items: readonly Item[], numberOf: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + numberOf(item), 0);
}
