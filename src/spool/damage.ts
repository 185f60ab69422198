/** What a disk has changed of a segment: what is lost and kept of it, and the original, set aside. */

import { constants } from 'node:fs';
import { copyFile, link, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HitError, messageOf } from '../errors.ts';
import { syncFolder, writeSynced } from '../files/durable.ts';
import { findGroups, type IntactGroup } from '../hit/row-groups.ts';
import { fileOf, type SegmentName } from './segment.ts';

/** A damaged segment. */
export interface Damage {
  readonly file: string;
  readonly kind: 'live' | 'import';
  /** Bytes that are lost. */
  readonly bytes: number;
  /** Hits that are known to be lost. */
  readonly hits: number;
  /** Whether more hits may be lost than `hits`. */
  readonly isMore: boolean;
  /** What is delivered of it. */
  readonly kept: { readonly bytes: number; readonly hits: number; readonly groups: readonly IntactGroup[] };
}

/** What was damaged since the start, in numbers. */
export interface DamageCounts {
  readonly segments: number;
  readonly bytes: number;
  /** Hits that are known to be lost: there may be more. */
  readonly hits: number;
}

/** @returns undefined for a segment that was being written, and of which only the end is torn */
export function damageOf(name: SegmentName, content: Buffer): Damage | undefined {
  const { intact, damaged, rest } = findGroups(content);
  const lost = [...damaged];
  if (name.state !== 'open' && rest < content.length) {
    lost.push({ start: rest, end: content.length, hits: undefined });
  }
  if (lost.length === 0) return undefined;
  const kept = {
    bytes: sumOf(intact, ({ start, end }) => end - start),
    hits: sumOf(intact, ({ hits }) => hits),
    groups: intact,
  };
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

/** What the operator is told. */
export function damageText({ file, kind, bytes, hits, isMore, kept }: Damage): string {
  if (kind === 'import') {
    return `${file}, a batch of an import, is damaged and set aside in damaged/: import the log again, which adds what is missing`;
  }
  const lost = isMore ? (hits > 0 ? `more than ${hits}` : 'an unknown number of') : String(hits);
  return `${file} is damaged: ${bytes} bytes with ${lost} hits are lost, ${kept.hits} hits are kept; the original is in damaged/`;
}

/**
 * Gives a file a second name in `damaged/`, or the only one. One that is there already is kept: the same file was set
 * aside before, by a run that was killed, or it gets a number.
 *
 * @param move whether it leaves its place
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
 * Puts what is intact of a damaged segment in its place, in one step: whoever looks finds the one or the other.
 *
 * @throws HitError `spool_failed` where there is no room for it; the segment is as it was then
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
      `${fileOf(name)} in the spool is damaged, and what is intact of it cannot be written: ${messageOf(error)}; make room and start again`,
      { cause: error },
    );
  }
}

/** Cuts off what is behind the last whole group. */
export async function truncate(path: string, length: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.truncate(length);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** @returns whether the file has the name now; it does not where the name is another file's */
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

/** For a file system without second names. A copy that was cut off is left, and another one made. */
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
