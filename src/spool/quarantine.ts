/**
 * Batches that a sink refuses for their own sake, however often they are sent: they are set aside, so that the next ones go on.
 *
 * A batch is set aside for one sink: `quarantine/SINK/` gets a link to its file, and the file itself stays in the spool until
 * the other sinks have it. The link decides: a start does not deliver a batch again to a sink that it is set aside for.
 * Beside it, a file says why. The sink has nothing of the batch (see `sink.ts`), so when it is requeued, it gets a new id: the
 * sink may have newer batches of the same writer, and ignores old ids, or refuses them.
 *
 * What is set aside takes room of the spool, and at most a share of it: a store that refuses everything must not have everything
 * set aside. Beyond that, batches are retried.
 */

import { existsSync, readdirSync, rmSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { writeAtomically } from '../files/atomic.ts';
import { syncFolder } from '../files/durable.ts';
import { intactLength } from '../rows/row-seal.ts';
import { linkOrCopy } from './link-or-copy.ts';
import { fileOf, parseName, type Segment, type SegmentName } from './segment.ts';

/** Part of `--spool-max` that batches may take that are set aside. */
const SHARE = 0.25;
/** Suffix of the file that says why a batch is set aside. */
const WHY = '.json';
const FOLDER = 'quarantine';

/** A batch that is set aside. */
export interface QuarantinedBatch {
  /** Name of the sink that refuses it. */
  readonly sink: string;
  readonly name: SegmentName;
  readonly path: string;
  readonly bytes: number;
  readonly hits: number;
  /** The sink's last error; empty if that is not known. */
  readonly reason: string;
}

/** The folder of batches that are set aside. */
export class Quarantine {
  readonly #folder: string;
  readonly #maxBytes: number;
  /** Folder of the spool. */
  readonly spool: string;
  #batches: QuarantinedBatch[] = [];
  /** Bytes of the batches. */
  bytes = 0;

  private constructor(folder: string, maxBytes: number) {
    this.spool = folder;
    this.#folder = join(folder, FOLDER);
    this.#maxBytes = maxBytes * SHARE;
  }

  /** @param folder of the spool @param maxBytes limit of the spool */
  static async open(folder: string, maxBytes: number): Promise<Quarantine> {
    const quarantine = new Quarantine(folder, maxBytes);
    for (const batch of await quarantinedIn(folder)) quarantine.#add(batch);
    await removeReasons(quarantine.#folder);
    return quarantine;
  }

  get batches(): readonly QuarantinedBatch[] {
    return this.#batches;
  }

  get hits(): number {
    return this.#batches.reduce((sum, { hits }) => sum + hits, 0);
  }

  /** Whether a batch is set aside for a sink. */
  has(sink: string, { path }: Pick<Segment, 'path'>): boolean {
    return this.#batches.some((batch) => batch.sink === sink && basename(batch.path) === basename(path));
  }

  /**
   * Sets a batch aside for a sink; its file stays.
   *
   * @returns false if there is no room
   * @throws the system's error; the batch is not set aside then
   */
  async setAside(sink: string, segment: Segment, reason: string): Promise<boolean> {
    const { bytes, hits } = segment;
    const file = basename(segment.path);
    const name = parseName(file);
    if (this.has(sink, segment)) return true;
    if (!name || this.bytes + bytes > this.#maxBytes) return false;
    const folder = join(this.#folder, sink);
    await mkdir(folder, { recursive: true });
    const path = join(folder, file);
    await writeAtomically(`${path}${WHY}`, JSON.stringify({ hits, reason }));
    const note = fileOf({ ...name, state: 'note' });
    if (name.state === 'noted') await linkOrCopy(segment.path.replace(/noted$/, 'note'), join(folder, note));
    try {
      await linkOrCopy(segment.path, path);
      for (const each of [folder, this.#folder, this.spool]) await syncFolder(each);
    } catch (error) {
      // The sink may take it at the next attempt, and a start must not find it here then.
      await rm(path, { force: true });
      throw error;
    }
    this.#add({ sink, name, path, bytes, hits, reason });
    return true;
  }

  /** Forgets batches whose files the operator deleted. */
  forgetDeleted(): void {
    for (const batch of this.#batches) if (!existsSync(batch.path)) this.release(batch);
  }

  /** Forgets a batch whose file is moved away. @returns false if it was forgotten before */
  release(batch: QuarantinedBatch): boolean {
    if (!this.#batches.includes(batch)) return false;
    this.#batches = this.#batches.filter((each) => each !== batch);
    this.bytes -= batch.bytes;
    rmSync(`${batch.path}${WHY}`, { force: true });
    return true;
  }

  #add(batch: QuarantinedBatch): void {
    this.#batches.push(batch);
    this.bytes += batch.bytes;
  }
}

/** The batches that are set aside in the folder of a spool, oldest first for each sink. */
export async function quarantinedIn(spool: string): Promise<QuarantinedBatch[]> {
  const folder = join(spool, FOLDER);
  const batches: QuarantinedBatch[] = [];
  for (const place of sinksIn(folder)) {
    for (const file of (await readdir(join(folder, place))).sort()) {
      const name = parseName(file);
      const isBatch = name?.state === 'rows' || name?.state === 'noted';
      if (isBatch) batches.push(await batchIn(place, name, join(folder, place, file)));
    }
  }
  return batches;
}

/** Names of the sinks that have a folder in another. An operator may have left other files beside them. */
export function sinksIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const found = readdirSync(folder, { withFileTypes: true });
  return found.flatMap((entry) => (entry.isDirectory() ? entry.name : [])).sort();
}

/**
 * Removes reasons without a batch: the process died before it was set aside, or the operator deleted it.
 *
 * @param folder of the quarantine
 */
async function removeReasons(folder: string): Promise<void> {
  for (const place of sinksIn(folder)) {
    const files = await readdir(join(folder, place));
    for (const file of files.filter((each) => each.endsWith(WHY))) {
      const batch = basename(file, WHY);
      if (parseName(batch) && !files.includes(batch)) await rm(join(folder, place, file), { force: true });
    }
  }
}

async function batchIn(place: string, name: SegmentName, path: string): Promise<QuarantinedBatch> {
  const { size: bytes } = await stat(path);
  const why = await readFile(`${path}${WHY}`, 'utf8')
    .then((text): Partial<QuarantinedBatch> => JSON.parse(text))
    .catch((): Partial<QuarantinedBatch> => ({}));
  const hits = why.hits ?? intactLength(await readFile(path), name.layout).rows;
  return { sink: place, name, path, bytes, hits, reason: why.reason ?? '' };
}

/** Sets a batch aside for a sink that refuses it, and tells the operator. @returns whether it was */
export async function setAside(
  quarantine: Quarantine,
  { name }: { readonly name: string },
  segment: Segment,
  reason: string,
  log: { error(message: string): void },
): Promise<boolean> {
  const isAside = await quarantine.setAside(name, segment, reason);
  const what = `batch ${segment.sequence} with ${segment.hits} hits`;
  const mend =
    segment.kind === 'import'
      ? 'when the cause is removed, import its log again, which adds what is missing'
      : 'when the cause is removed, bring it back with "doctor --requeue"';
  if (isAside)
    log.error(
      `${name}: ${what} is refused and set aside in quarantine/, and the next ones go on; ${mend}: ${reason}`,
    );
  else log.error(`${name}: ${what} is refused, and there is no room to set it aside: it is retried`);
  return isAside;
}
