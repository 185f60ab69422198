import { closeSync, fdatasync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { nextName, syncFolder } from './segment.ts';

const sync = promisify(fdatasync);

/** The segment that groups are appended to. */
export class OpenSegment {
  /** Name without extension. */
  readonly base: string;
  /** Milliseconds since 1970. */
  readonly opened = Date.now();
  /** Bytes of whole groups. */
  bytes = 0;
  readonly #folder: string;
  readonly #fd: number;
  readonly #durable: boolean;

  private constructor(folder: string, base: string, durable: boolean) {
    this.base = base;
    this.#folder = folder;
    this.#durable = durable;
    this.#fd = openSync(join(folder, `${base}.open`), 'wx');
  }

  /** @param durable whether groups, and the file's name, are synced to the disk */
  static async create(folder: string, sequence: number, durable: boolean): Promise<OpenSegment> {
    const segment = new OpenSegment(folder, nextName(sequence), durable);
    try {
      if (durable) await syncFolder(folder);
    } catch (error) {
      closeSync(segment.#fd);
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

  /** Takes off torn bytes: what were behind them would be lost at recovery. */
  cut(): void {
    ftruncateSync(this.#fd, this.bytes);
  }

  /** Closes the file and gives it the name under which it is delivered. */
  async finish(): Promise<void> {
    closeSync(this.#fd);
    const path = join(this.#folder, this.base);
    await rename(`${path}.open`, `${path}.rows`);
  }
}
