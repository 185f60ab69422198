import { copyFile, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HitError } from '../errors.ts';
import { intactLength, ROW_STRUCTURES } from '../hit/row.ts';
import { syncFile, syncFolder } from './durable.ts';
import type { Names } from './names.ts';
import { recoverNoted } from './noted.ts';
import { batchId, fileOf, parseName, type Segment, type SegmentName, segmentOf } from './segment.ts';

/** What recovery found, to be told to the operator. */
export interface Recovery {
  /** Oldest first. */
  readonly segments: readonly Segment[];
  readonly rows: number;
  /** Files of which a part could not be read; the originals are in `damaged/`. */
  readonly damaged: readonly { readonly file: string; readonly lostBytes: number }[];
}

/**
 * Finds the segments that an earlier run left. One that was being written ends where its last intact group does: what
 * follows was never acknowledged. No sink has seen it, so it gets an id of this run; a finished one may have been
 * delivered, and keeps its id. A finished one that is not intact is kept aside, and its intact part is used. Files that
 * are not the spool's are left alone.
 *
 * Content and names are on the disk when it returns. Killed at any moment, it finds the same when it is run again.
 *
 * @param names gives ids from now on that are larger than those of all that is found
 * @throws HitError `data_dir_newer` if a newer version wrote one; nothing was touched then
 */
export async function recoverSegments(folder: string, names: Names): Promise<Recovery> {
  const found = (await readdir(folder)).flatMap((file) => parseName(file) ?? []).sort(byId);
  for (const name of found) checkLayout(name);
  for (const name of found) names.passOver(name);
  const segments: Segment[] = [];
  const damaged: Recovery['damaged'][number][] = [];
  const keep = ({ segment, lostBytes }: Found, name: SegmentName) => {
    if (segment) segments.push(segment);
    if (lostBytes > 0) damaged.push({ file: fileOf(name), lostBytes });
  };
  const those = (state: SegmentName['state']) => found.filter((name) => name.state === state);
  // What never got its name was never promised.
  for (const name of those('new')) await rm(join(folder, fileOf(name)));
  for (const name of those('rows')) keep(await recoverHits(folder, name, name), name);
  for (const name of those('noted')) {
    keep({ segment: await recoverNoted(folder, name), lostBytes: 0 }, name);
  }
  segments.sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const name of those('open')) keep(await recoverHits(folder, name, names.next('rows')), name);
  // A note is written before its batch and removed after it: one that is alone says nothing.
  for (const name of those('note')) await dropIfAlone(folder, name, segments);
  for (const { path } of segments) await syncFile(path);
  await syncFolder(folder);
  return { segments, rows: segments.reduce((sum, { hits }) => sum + hits, 0), damaged };
}

/** Tells the operator what was found. */
export function logRecovery(
  { segments, rows, damaged }: Recovery,
  log: { info(message: string): void; error(message: string): void },
): void {
  for (const { file, lostBytes } of damaged) {
    log.error(`spool: ${file} is damaged, ${lostBytes} bytes of it are set aside in damaged/`);
  }
  if (segments.length > 0) log.info(`spool: ${rows} hits of the last run are taken up`);
}

function byId(a: SegmentName, b: SegmentName): number {
  return batchId(a) < batchId(b) ? -1 : 1;
}

interface Found {
  readonly segment: Segment | undefined;
  readonly lostBytes: number;
}

async function recoverHits(folder: string, name: SegmentName, finished: SegmentName): Promise<Found> {
  const file = fileOf(name);
  const from = join(folder, file);
  const content = await readFile(from);
  const { length, rows } = intactLength(content);
  const lostBytes = name.state === 'rows' ? content.length - length : 0;
  if (lostBytes > 0) {
    await mkdir(join(folder, 'damaged'), { recursive: true });
    await copyFile(from, join(folder, 'damaged', file));
  }
  if (length === 0) {
    await rm(from);
    return { segment: undefined, lostBytes };
  }
  if (length < content.length) await truncate(from, length);
  const segment = segmentOf(
    folder,
    { ...finished, layout: name.layout },
    { bytes: length, hits: rows, notes: [] },
  );
  if (from !== segment.path) await rename(from, segment.path);
  return { segment, lostBytes };
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

async function truncate(path: string, length: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.truncate(length);
    await file.datasync();
  } finally {
    await file.close();
  }
}
