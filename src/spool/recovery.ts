/**
 * Recovers the segments that an earlier run left in the folder.
 *
 * - `rows`, `noted`: finished. A sink may already have it, so it keeps its id. It was synced before it was renamed: any byte
 *   outside an intact group is damage.
 * - `open`: hits were being appended. No sink has it, so it gets an id of this run. Bytes after the last complete group are
 *   torn: their hits were never acknowledged, so they are not a loss. A complete group that does not match its seal is
 *   damage, and so is anything before an intact group. (A power failure during the last sync can leave a group that looks
 *   complete; it is quarantined too, since it cannot be told apart from an acknowledged one.)
 * - `new`, and a `note` alone: never acknowledged, removed.
 *
 * The original of a damaged segment is quarantined in `damaged/`, and its intact groups are delivered (`damage.ts`).
 * Nothing of an import's damaged batch is delivered: importing the log again rebuilds it.
 *
 * Content and names are durable when recovery ends, and nothing is delivered before. If it is killed at any moment, the
 * next run finds the same.
 */

import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HitError } from '../errors.ts';
import { syncFile, syncFolder } from '../files/durable.ts';
import { ROW_STRUCTURES } from '../rows/row-layout.ts';
import { intactLength } from '../rows/row-seal.ts';
import { quarantineBatchWithRecords, readBatchWithRecords } from './batch-records.ts';
import { type Damage, damageOf, damageText, quarantine, repair, truncate } from './damage.ts';
import type { Names } from './names.ts';
import { batchId, fileOf, parseName, type Segment, type SegmentName, segmentOf } from './segment.ts';

/** The result of recovery. */
export interface Recovery {
  /** In ascending order of their ids. */
  readonly segments: readonly Segment[];
  readonly damages: readonly Damage[];
}

/** The results of several folders as one. */
export function joined(recoveries: readonly Recovery[]): Recovery {
  return {
    segments: recoveries.flatMap(({ segments }) => segments).sort((a, b) => (a.id < b.id ? -1 : 1)),
    damages: recoveries.flatMap(({ damages }) => damages),
  };
}

/** Logs the result for the operator. */
export function logRecovery(
  { segments, damages }: Recovery,
  log: { info(message: string): void; error(message: string): void },
): void {
  for (const damage of damages) log.error(`spool: ${damageText(damage)}`);
  const hits = segments.reduce((sum, segment) => sum + segment.hits, 0);
  if (hits > 0) log.info(`spool: ${hits} hits of the last run were recovered`);
}

/**
 * Recovers the segments that an earlier run left. Files that are not the spool's are ignored.
 *
 * @param names generates ids afterwards that are larger than all ids found
 * @throws HitError `data_dir_newer` if a newer version wrote one; nothing is changed then
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

interface RecoveredFiles {
  readonly segment: Segment | undefined;
  readonly damage: Damage | undefined;
}

async function recover(folder: string, name: SegmentName, names: Names): Promise<RecoveredFiles> {
  if (name.state === 'noted') {
    const segment = await readBatchWithRecords(folder, name);
    return { segment, damage: segment ? undefined : await quarantineBatchWithRecords(folder, name) };
  }
  const finished = name.state === 'open' ? { ...names.next('rows'), layout: name.layout } : name;
  return recoverHits(folder, name, finished);
}

/** @param finished the new name of the segment */
async function recoverHits(
  folder: string,
  name: SegmentName,
  finished: SegmentName,
): Promise<RecoveredFiles> {
  const file = fileOf(name);
  const path = join(folder, file);
  const content = await readFile(path);
  const whole = intactLength(content, name.layout);
  const damage = whole.length < content.length ? damageOf(name, content) : undefined;
  const { bytes, hits } = damage?.kept ?? { bytes: whole.length, hits: whole.rows };
  if (damage) await quarantine(folder, file);
  if (bytes === 0) {
    await rm(path);
    return { segment: undefined, damage };
  }
  if (damage) await repair(folder, name, content, damage);
  else if (bytes < content.length) await truncate(path, bytes);
  const segment = segmentOf(folder, finished, { bytes, hits, records: [] });
  if (path !== segment.path) await rename(path, segment.path);
  return { segment, damage };
}

/** Sorts open segments last: they get ids larger than all others. */
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
    `${fileOf(name)} in the spool has rows of layout ${name.layout}, which this version of Hit Tracker does not support: install a newer one`,
  );
}

async function dropIfAlone(folder: string, name: SegmentName, segments: readonly Segment[]): Promise<void> {
  const id = batchId(name);
  if (!segments.some((segment) => segment.id === id)) await rm(join(folder, fileOf(name)), { force: true });
}
