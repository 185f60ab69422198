/**
 * What an earlier run left in the folder, taken up.
 *
 * - `rows`, `noted`: finished. A sink may have had it, so it keeps its id. It was synced before it got its name: any byte
 *   that belongs to no intact group is damage.
 * - `open`: hits were being appended. No sink has had it, so it gets an id of this run. What follows the last whole group
 *   is torn: its hits were never acknowledged, and are no loss. A group that is whole and does not fit its seal is
 *   damage, and so is whatever lies before a group that is intact. (A power cut within the last sync can leave a group
 *   that looks whole; it is set aside too, since nothing tells it from one that was acknowledged.)
 * - `new`, and a `note` alone: never promised to anybody, removed.
 *
 * Of a damaged segment the original is set aside in `damaged/`, and its intact groups are delivered (`repair.ts`). Of a
 * damaged batch of an import nothing is delivered: it is made again when its log is imported again.
 *
 * Content and names are on the disk when this is done, and nothing is delivered before. Killed at any moment, it finds
 * the same when it is run again.
 */

import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HitError } from '../errors.ts';
import { syncFile, syncFolder } from '../files/durable.ts';
import { intactLength, ROW_STRUCTURES } from '../hit/row.ts';
import { quarantineBatchWithRecords, readBatchWithRecords } from './batch-records.ts';
import { type Damage, damageOf, damageText, quarantine, repair, truncate } from './damage.ts';
import type { Names } from './names.ts';
import { batchId, fileOf, parseName, type Segment, type SegmentName, segmentOf } from './segment.ts';

/** What recovery found. */
export interface Recovery {
  /** In the order of their ids. */
  readonly segments: readonly Segment[];
  readonly damages: readonly Damage[];
}

/** Tells the operator what was found. */
export function logRecovery(
  { segments, damages }: Recovery,
  log: { info(message: string): void; error(message: string): void },
): void {
  for (const damage of damages) log.error(`spool: ${damageText(damage)}`);
  const hits = segments.reduce((sum, segment) => sum + segment.hits, 0);
  if (hits > 0) log.info(`spool: ${hits} hits of the last run were recovered`);
}

/**
 * Takes up the segments that an earlier run left. Files that are not the spool's are left alone.
 *
 * @param names gives ids from now on that are larger than those of all that is found
 * @throws HitError `data_dir_newer` if a newer version wrote one; nothing was touched then
 */
export async function recoverSegments(folder: string, names: Names): Promise<Recovery> {
  const found = (await readdir(folder)).flatMap((file) => parseName(file) ?? []).sort(byId);
  for (const name of found) checkLayout(name);
  for (const name of found) names.passOver(name);
  const those = (...states: SegmentName['state'][]) => found.filter(({ state }) => states.includes(state));
  const segments: Segment[] = [];
  const damages: Damage[] = [];
  for (const name of those('new')) await rm(join(folder, fileOf(name)));
  for (const name of those('rows', 'noted', 'open').sort(openLast)) {
    const { segment, damage } = await recover(folder, name, names);
    if (segment) segments.push(segment);
    if (damage) damages.push(damage);
  }
  for (const name of those('note')) await dropIfAlone(folder, name, segments);
  for (const { path } of segments) await syncFile(path);
  await syncFolder(folder);
  return { segments, damages };
}

interface Found {
  readonly segment: Segment | undefined;
  readonly damage: Damage | undefined;
}

async function recover(folder: string, name: SegmentName, names: Names): Promise<Found> {
  if (name.state === 'noted') {
    const segment = await readBatchWithRecords(folder, name);
    return { segment, damage: segment ? undefined : await quarantineBatchWithRecords(folder, name) };
  }
  const finished = name.state === 'open' ? { ...names.next('rows'), layout: name.layout } : name;
  return recoverHits(folder, name, finished);
}

/** @param finished the name that the segment has from now on */
async function recoverHits(folder: string, name: SegmentName, finished: SegmentName): Promise<Found> {
  const file = fileOf(name);
  const path = join(folder, file);
  const content = await readFile(path);
  const whole = intactLength(content);
  const damage = whole.length < content.length ? damageOf(name, content) : undefined;
  const { bytes, hits } = damage?.kept ?? { bytes: whole.length, hits: whole.rows };
  if (damage) await quarantine(folder, file);
  if (bytes === 0) {
    await rm(path);
    return { segment: undefined, damage };
  }
  if (damage) await repair(folder, name, content, damage);
  else if (bytes < content.length) await truncate(path, bytes);
  const segment = segmentOf(folder, finished, { bytes, hits, notes: [] });
  if (path !== segment.path) await rename(path, segment.path);
  return { segment, damage };
}

/** Ids are given to segments that were open behind those of all others. */
function openLast(a: SegmentName, b: SegmentName): number {
  return Number(a.state === 'open') - Number(b.state === 'open');
}

function byId(a: SegmentName, b: SegmentName): number {
  return batchId(a) < batchId(b) ? -1 : 1;
}

function checkLayout(name: SegmentName): void {
  if (name.layout in ROW_STRUCTURES) return;
  throw new HitError(
    'data_dir_newer',
    `${fileOf(name)} in the spool has rows of layout ${name.layout}, which this version of Hit Tracker does not know: install a newer one`,
  );
}

async function dropIfAlone(folder: string, name: SegmentName, segments: readonly Segment[]): Promise<void> {
  const id = batchId(name);
  if (!segments.some((segment) => segment.id === id)) await rm(join(folder, fileOf(name)), { force: true });
}
