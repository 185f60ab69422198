import { copyFile, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HitError } from '../errors.ts';
import { intactLength, ROW_STRUCTURES } from '../hit/row.ts';
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
 * follows was never acknowledged. A finished one that is not intact is kept aside, and its intact part is used. Files
 * that are not the spool's are left alone.
 *
 * @throws HitError `data_dir_newer` if a newer version wrote one; nothing was touched then
 */
export async function recoverSegments(folder: string): Promise<Recovery> {
  const names = (await readdir(folder)).flatMap((file) => parseName(file) ?? []);
  for (const name of names) checkLayout(name);
  const segments: Segment[] = [];
  const damaged: Recovery['damaged'][number][] = [];
  let rows = 0;
  for (const name of names.sort((a, b) => a.sequence - b.sequence)) {
    const found = await recover(folder, name);
    if (found?.lostBytes) damaged.push({ file: fileOf(name), lostBytes: found.lostBytes });
    if (!found?.segment) continue;
    segments.push(found.segment);
    rows += found.rows;
  }
  // A note is written before its batch and removed after it: one that is alone says nothing.
  for (const name of names) if (name.state === 'note') await dropIfAlone(folder, name, segments);
  return { segments, rows, damaged };
}

interface Found {
  readonly segment: Segment | undefined;
  readonly rows: number;
  readonly lostBytes?: number;
}

async function recover(folder: string, name: SegmentName): Promise<Found | undefined> {
  switch (name.state) {
    case 'open':
    case 'rows':
      return recoverHits(folder, name);
    case 'noted':
      return recoverNoted(folder, name);
    case 'new':
      // What was never renamed was never promised.
      await rm(join(folder, fileOf(name)));
      return undefined;
    case 'note':
      return undefined;
  }
}

async function recoverHits(folder: string, name: SegmentName): Promise<Found> {
  const file = fileOf(name);
  const from = join(folder, file);
  const path = join(folder, fileOf({ ...name, state: 'rows' }));
  const content = await readFile(from);
  const { length, rows } = intactLength(content);
  const lostBytes = name.state === 'rows' ? content.length - length : 0;
  if (lostBytes > 0) {
    await mkdir(join(folder, 'damaged'), { recursive: true });
    await copyFile(from, join(folder, 'damaged', file));
  }
  if (length === 0) {
    await rm(from);
    return { segment: undefined, rows: 0, lostBytes };
  }
  if (length < content.length) await truncate(from, length);
  if (from !== path) await rename(from, path);
  return { segment: segmentOf(name, path, length, []), rows, lostBytes };
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
