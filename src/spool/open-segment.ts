import { closeSync, fdatasync, openSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { syncFolder } from '../files/durable.ts';
import type { OperationDurations } from '../timing/operation-durations.ts';
import { type Finished, PendingRename } from './pending-rename.ts';
import { fileOf, type SegmentName, segmentOf } from './segment.ts';

function sync(fd: number): Promise<void> {
  return new Promise((resolve, reject) => fdatasync(fd, (error) => (error ? reject(error) : resolve())));
}

/** The segment to which commit groups are appended. */
export class OpenSegment {
  /** Milliseconds since 1970. */
  readonly opened = Date.now();
  readonly path: string;
  /** Bytes of complete groups. */
  bytes = 0;
  /** Rows of complete groups. */
  hits = 0;
  readonly #folder: string;
  readonly #fd: number;
  readonly #syncs: OperationDurations | undefined;

  private constructor(folder: string, name: SegmentName, syncs: OperationDurations | undefined) {
    this.path = join(folder, fileOf(name));
    this.#folder = folder;
    this.#syncs = syncs;
    this.#fd = openSync(this.path, 'wx');
  }

  /**
   * @param name name of an `open` segment that does not exist yet
   * @param syncs durations of the syncs; undefined if neither groups nor the file's name are synced to disk
   */
  static async create(
    folder: string,
    name: SegmentName,
    syncs: OperationDurations | undefined,
  ): Promise<OpenSegment> {
    const segment = new OpenSegment(folder, name, syncs);
    try {
      if (syncs) await syncFolder(folder);
    } catch (error) {
      segment.discard();
      throw error;
    }
    return segment;
  }

  /** Appends a group. If it throws, the file may end with torn bytes: see `cut`. */
  async append(group: Buffer, hits: number): Promise<void> {
    let written = 0;
    while (written < group.length) {
      written += writeSync(this.#fd, group, written, group.length - written, this.bytes + written);
    }
    await this.#syncs?.time(() => sync(this.#fd));
    this.bytes += group.length;
    this.hits += hits;
  }

  /** Cuts off everything after the last complete group: a batch with a torn end cannot be delivered. */
  cut(): void {
    truncateSync(this.path, this.bytes);
  }

  /**
   * Closes the file. Its content no longer changes.
   *
   * @param name name of the resulting `rows` file
   */
  finish(name: SegmentName): Finished {
    this.#close();
    const segment = segmentOf(this.#folder, name, { bytes: this.bytes, hits: this.hits, records: [] });
    const unsynced = this.#syncs ? undefined : segment.path;
    const rename = new PendingRename([{ from: this.path, to: segment.path }], unsynced);
    return { segment, rename };
  }

  /** Closes and removes a file without groups. Throws if it cannot be removed: the next start removes it. */
  discard(): void {
    this.#close();
    rmSync(this.path, { force: true });
  }

  #close(): void {
    try {
      closeSync(this.#fd);
    } catch {
      // Each group was written and synced before it was acknowledged: a failed close loses nothing, and the file is
      // delivered like any other.
    }
  }
}
