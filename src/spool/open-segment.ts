import { closeSync, fdatasync, openSync, renameSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileOf, type Segment, type SegmentName, segmentOf, syncFolder } from './segment.ts';

const sync = promisify(fdatasync);

/** The segment that groups are appended to. */
export class OpenSegment {
  /** Milliseconds since 1970. */
  readonly opened = Date.now();
  readonly path: string;
  /** Bytes of whole groups. */
  bytes = 0;
  readonly #folder: string;
  readonly #name: SegmentName;
  readonly #fd: number;
  readonly #durable: boolean;

  private constructor(folder: string, name: SegmentName, durable: boolean) {
    this.path = join(folder, fileOf(name));
    this.#folder = folder;
    this.#name = name;
    this.#durable = durable;
    this.#fd = openSync(this.path, 'wx');
  }

  /**
   * @param name of an `open` segment that is not there yet
   * @param durable whether groups, and the file's name, are synced to the disk
   */
  static async create(folder: string, name: SegmentName, durable: boolean): Promise<OpenSegment> {
    const segment = new OpenSegment(folder, name, durable);
    try {
      if (durable) await syncFolder(folder);
    } catch (error) {
      segment.discard();
      throw error;
    }
    return segment;
  }

  /** Appends a group. When it throws, the file may end with torn bytes: see `cut`. */
  async append(group: Buffer): Promise<void> {
    let written = 0;
    while (written < group.length) {
      written += writeSync(this.#fd, group, written, group.length - written, this.bytes + written);
    }
    if (this.#durable) await sync(this.#fd);
    this.bytes += group.length;
  }

  /** Takes off what is behind the last whole group: a batch that ends torn cannot be delivered. */
  cut(): void {
    truncateSync(this.path, this.bytes);
  }

  /**
   * Closes the file and gives it the name of a finished one. Where that fails, as it may on a full disk, it is delivered
   * under the name that it has: its content does not change any more.
   */
  finish(): Segment {
    this.#close();
    let path = join(this.#folder, fileOf({ ...this.#name, state: 'rows' }));
    try {
      renameSync(this.path, path);
    } catch {
      path = this.path;
    }
    return segmentOf(this.#name, path, this.bytes, []);
  }

  /** Closes and removes a file without groups. Throws where it cannot be removed: it goes at the next start then. */
  discard(): void {
    this.#close();
    rmSync(this.path, { force: true });
  }

  #close(): void {
    try {
      closeSync(this.#fd);
    } catch {
      // Each group was written, and synced, before anybody relied on it: a file that does not close takes nothing back,
      // and is to be delivered like any other.
    }
  }
}
