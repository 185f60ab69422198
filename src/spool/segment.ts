import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { intactLength, ROW_LAYOUT } from '../hit/row.ts';

/** A finished file of rows, which goes to a sink as one batch. */
export interface Segment {
  /** Identity of the batch, the same over crashes and retries: the sink ignores one that it has. */
  readonly id: string;
  /** Place in the order of delivery. */
  readonly sequence: number;
  readonly path: string;
  readonly bytes: number;
  /** Layout of its rows: see `hit/row.ts`. */
  readonly layout: number;
  /** What the batch was made from, where it is part of an import: delivered with it. */
  readonly note: Readonly<Record<string, string | number>> | undefined;
}

const NAME = /^(\d{12})-([0-9a-f-]{36})\.v(\d{1,4})\.(rows|open|note)$/;

export interface SegmentName {
  readonly id: string;
  readonly sequence: number;
  readonly layout: number;
  readonly state: 'rows' | 'open' | 'note';
}

export function nextName(sequence: number): string {
  return `${String(sequence).padStart(12, '0')}-${randomUUID()}.v${ROW_LAYOUT}`;
}

export function parseName(file: string): SegmentName | undefined {
  const match = NAME.exec(file);
  if (!match) return undefined;
  const state = match[4] as SegmentName['state'];
  return { sequence: Number(match[1]), id: match[2]!, layout: Number(match[3]), state };
}

/** What recovery found, to be told to the operator. */
export interface Recovery {
  readonly segments: Segment[];
  readonly rows: number;
  /** Files of which a part could not be read; the originals are in `damaged/`. */
  readonly damaged: { file: string; lostBytes: number }[];
}

/**
 * Finds the segments that an earlier run left, oldest first. The one that was being written ends where its last
 * intact group does: what follows was never acknowledged. Any other that is not intact is kept aside, and its intact
 * part is used.
 */
export async function recoverSegments(folder: string): Promise<Recovery> {
  const files = await readdir(folder);
  // What was never renamed was never promised.
  for (const file of files) if (file.endsWith('.new')) await rm(join(folder, file));
  const found = files.flatMap((file) => parseName(file) ?? []).sort((a, b) => a.sequence - b.sequence);
  const recovery: Recovery = { segments: [], rows: 0, damaged: [] };
  let rows = 0;
  for (const name of found) {
    if (name.state === 'note') {
      await dropOrphan(folder, name, found);
      continue;
    }
    const note = await readNote(folder, name);
    const segment = note ? await recoverNoted(folder, name, note) : await recoverLive(folder, name, recovery);
    if (!segment) continue;
    recovery.segments.push(segment);
    rows += segment.rows;
  }
  return { ...recovery, rows };
}

type Recovered = Segment & { readonly rows: number };

/** A noted batch is there as a whole or not at all: it can be made again from what it was made from. */
async function recoverNoted(
  folder: string,
  name: SegmentName,
  note: NonNullable<Segment['note']>,
): Promise<Recovered | undefined> {
  const path = join(folder, fileOf(name));
  const content = await readFile(path);
  const { length, rows } = intactLength(content);
  if (length === content.length && length === note.segment_bytes) {
    return { ...name, path, bytes: length, note, rows };
  }
  await rm(path);
  await rm(join(folder, fileOf({ ...name, state: 'note' })));
  return undefined;
}

async function recoverLive(
  folder: string,
  name: SegmentName,
  recovery: Recovery,
): Promise<Recovered | undefined> {
  const from = join(folder, fileOf(name));
  const path = join(folder, fileOf({ ...name, state: 'rows' }));
  const content = await readFile(from);
  const intact = intactLength(content);
  if (intact.length < content.length) {
    if (name.state === 'rows') {
      await mkdir(join(folder, 'damaged'), { recursive: true });
      await copyFile(from, join(folder, 'damaged', basename(from)));
      recovery.damaged.push({ file: basename(from), lostBytes: content.length - intact.length });
    }
    await truncate(from, intact.length);
  }
  if (intact.length === 0) {
    await rm(from);
    return undefined;
  }
  if (name.state === 'open') await rename(from, path);
  return { ...name, path, bytes: intact.length, note: undefined, rows: intact.rows };
}

/** Writes a batch beside its note. The last rename is the moment at which it exists. */
export async function writeNoted(
  folder: string,
  base: string,
  rows: Uint8Array,
  note: NonNullable<Segment['note']>,
): Promise<void> {
  const path = join(folder, base);
  await writeFile(`${path}.note`, JSON.stringify({ ...note, segment_bytes: rows.length }));
  await writeFile(`${path}.new`, rows, { flag: 'wx' });
  await rename(`${path}.new`, `${path}.rows`);
}

function fileOf(name: SegmentName): string {
  return `${String(name.sequence).padStart(12, '0')}-${name.id}.v${name.layout}.${name.state}`;
}

/** A note is written before its rows; one without rows belongs to a batch that was never begun. */
async function dropOrphan(folder: string, name: SegmentName, found: SegmentName[]): Promise<void> {
  const rows = found.some((other) => other.id === name.id && other.state === 'rows');
  if (!rows) await rm(join(folder, fileOf(name)));
}

async function readNote(folder: string, name: SegmentName): Promise<Segment['note']> {
  const path = join(folder, fileOf({ ...name, state: 'note' }));
  const text = await stat(path).then(
    () => readFile(path, 'utf8'),
    () => undefined,
  );
  return text === undefined ? undefined : JSON.parse(text);
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

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
