/**
 * Batches that were set aside and are to be delivered again, each to the sink that refused it: `requeued/SINK/`. They stay apart
 * from the others, so that a crash does not deliver them to the other sinks, which have them under their former ids.
 */

import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFolder } from '../files/durable.ts';
import type { Names } from './names.ts';
import { type Finished, PendingRename } from './pending-rename.ts';
import type { Quarantine, QuarantinedBatch } from './quarantine.ts';
import { type Recovery, recoverSegments } from './recovery.ts';
import { fileOf, type Segment, type SegmentName, segmentOf } from './segment.ts';

/** A segment, and the names of the sinks that must get it. */
export interface Addressed {
  readonly segment: Segment;
  readonly missing: readonly string[];
}

function placeOf(folder: string, sink: string): string {
  return join(folder, 'requeued', sink);
}

/** Recovers what an earlier run left for each of the sinks. */
export async function recoverRequeued(
  folder: string,
  sinks: readonly string[],
  names: Names,
): Promise<Recovery[]> {
  const found: Recovery[] = [];
  for (const sink of sinks) {
    const place = placeOf(folder, sink);
    if (existsSync(place)) found.push(await recoverSegments(place, names));
  }
  return found;
}

/**
 * Makes the folder for a sink's batches durable, and that batches which are set aside have left the folders that they were delivered
 * from: after a power failure, a batch that reappeared there would be delivered beside the requeued one.
 */
export async function prepareRequeue(folder: string, sink: string): Promise<void> {
  const place = placeOf(folder, sink);
  await mkdir(place, { recursive: true });
  for (const each of [place, dirname(place), folder]) await syncFolder(each);
}

/** Prepares a batch that is set aside for hand-over. @param name its new one */
export function requeuedBatch(folder: string, batch: QuarantinedBatch, name: SegmentName): Finished {
  const place = placeOf(folder, batch.sink);
  const { bytes, hits, path } = batch;
  const segment = segmentOf(place, name, { bytes, hits, records: [] });
  return { segment, rename: new PendingRename([{ from: path, to: segment.path }]) };
}

/**
 * Hands over batches that are set aside, as far as that is possible now.
 *
 * @param before called with each one first
 * @param handOver called in the turn in which a batch gets its id
 */
export async function requeue(
  quarantine: Quarantine,
  sinks: readonly string[],
  folder: { prepareRequeue(sink: string): Promise<void>; requeue(batch: QuarantinedBatch): Finished },
  before: ((batch: QuarantinedBatch) => Promise<void>) | undefined,
  handOver: (finished: Finished, sink: string) => void,
): Promise<Addressed[]> {
  quarantine.forgetDeleted();
  const requeued: Addressed[] = [];
  for (const batch of quarantine.batches.filter(({ sink }) => sinks.includes(sink))) {
    if (!isReturnable(quarantine, batch)) continue;
    await folder.prepareRequeue(batch.sink);
    // Another call may have taken it.
    if (!quarantine.release(batch)) continue;
    // Whatever fails there, the batch must be delivered.
    await before?.(batch).catch(() => undefined);
    const finished = folder.requeue(batch);
    handOver(finished, batch.sink);
    requeued.push({ segment: finished.segment, missing: [batch.sink] });
  }
  return requeued;
}

/**
 * Whether a batch can be delivered again. Those of imports cannot: their log may have been imported again. Nor can those whose file is
 * still where they were delivered from, since another sink does not have it yet, or it is just being removed: after a crash they
 * would be delivered from there, too.
 */
function isReturnable({ spool }: Quarantine, { sink, name }: QuarantinedBatch): boolean {
  const file = fileOf(name);
  return (
    name.state === 'rows' && ![spool, placeOf(spool, sink)].some((place) => existsSync(join(place, file)))
  );
}

/**
 * The sinks that must get each segment after a start. A segment that is set aside for all of them is removed: the process
 * died before it was.
 */
export async function addressed(
  { segments }: Recovery,
  quarantine: Quarantine,
  sinks: readonly string[],
): Promise<Addressed[]> {
  const all: Addressed[] = [];
  for (const segment of segments) {
    const only = sinks.find((sink) => dirname(segment.path) === placeOf(quarantine.spool, sink));
    const its = only === undefined ? sinks : [only];
    const missing = its.filter((sink) => !quarantine.has(sink, segment));
    if (missing.length > 0) all.push({ segment, missing });
    else await rm(segment.path, { force: true });
  }
  return all;
}
