/**
 * Keeps inserts off a disk that is nearly full.
 *
 * The embedded engine reserves space for a part before writing it, but the spool, rollups and other programs write to the
 * same disk meanwhile. If the disk fills while a part is being written, the engine may report success and leave some of its
 * files empty (measured: 5 of 60 inserts, 16 of 40 merges). So an insert starts only if there is space for its part plus a
 * reserve; clickhouse/parts/parts.ts finds parts that are damaged nevertheless.
 *
 * The reserve is a fixed number of bytes, not a share of the disk: the possible shortfall is as large as what is written at
 * the same time, and a share of a large disk would stop a node that has space for years.
 */
import { statfs } from 'node:fs/promises';
import { HitError } from '../../errors.ts';
import type { Health } from './health.ts';

/** Bytes that an insert leaves free; as `min_free_disk_bytes_to_perform_insert` in the schema, for the engine. */
export const RESERVE = 16 * 1024 * 1024;
/** The part of a segment is smaller than the uncompressed segment; its other tables take a little. */
const PART_SHARE = 1.25;
/** Seconds after which a client may retry. */
const RETRY_AFTER = 10;
const MIB = 1024 * 1024;

export interface FreeSpaceOptions {
  /** A folder on the watched disk. */
  readonly folder: string;
  readonly health: Health;
  /** Bytes. */
  readonly reserve?: number;
}

/**
 * @example
 * await new FreeSpace({ folder: './data/store', health }).check(segment.bytes); // throws HitError store_full
 */
export class FreeSpace {
  readonly #folder: string;
  readonly #health: Health;
  readonly #reserve: number;

  constructor({ folder, health, reserve = RESERVE }: FreeSpaceOptions) {
    this.#folder = folder;
    this.#health = health;
    this.#reserve = reserve;
  }

  /** Bytes that this process may still write. */
  async free(): Promise<number> {
    const { bavail, bsize } = await statfs(this.#folder);
    return bavail * bsize;
  }

  /**
   * Checks that there is space for an insert.
   *
   * @param bytes uncompressed size of the rows; 0 for a statement with a small result
   * @throws HitError `store_full`: the insert must not start
   */
  async check(bytes = 0): Promise<void> {
    const needed = Math.ceil(bytes * PART_SHARE) + this.#reserve;
    const free = await this.free();
    if (free >= needed) {
      this.#health.clear('store_full');
      return;
    }
    const message = fullMessage(this.#folder, free, needed);
    this.#health.report('store_full', message);
    throw new HitError('store_full', message, { retryAfter: RETRY_AFTER });
  }

  /** Whether even a small insert would not start: merges must wait too. */
  async isShort(): Promise<boolean> {
    return (await this.free()) < this.#reserve;
  }
}

function fullMessage(folder: string, free: number, needed: number): string {
  const [has, wants, missing] = [free, needed, needed - free].map((bytes) => (bytes / MIB).toFixed(1));
  return (
    `the disk of ${folder} has ${has} MiB free, and the next insert needs ${wants} MiB: ` +
    `free ${missing} MiB. Hits wait in the spool meanwhile`
  );
}
