import { accessSync, constants } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { HitError, messageOf } from '../errors.ts';
import { makeFolder } from '../files/make-folder.ts';
import { FolderLock } from './lock.ts';
import { Secrets } from './secrets.ts';

/** How often salts that are too old are looked for, in milliseconds: they go also when nobody comes. */
const SALTS_EVERY = 10 * 60_000;

/**
 * The folder that holds all that a node keeps: `store/` (the embedded database), `spool/`, `secrets.json`, `salts.json`,
 * `tokens.json`, `sites.json`, `retention.json`, `lock`, and while a server runs `control.sock`.
 */
export class DataFolder {
  readonly path: string;
  readonly secrets: Secrets;
  readonly #lock: FolderLock;
  readonly #saltTimer: NodeJS.Timeout;

  private constructor(path: string, shared: string | undefined) {
    this.path = path;
    this.#lock = new FolderLock(path);
    try {
      this.secrets = Secrets.open(path, Date.now, shared);
    } catch (error) {
      this.#lock.release();
      throw error;
    }
    this.#pruneSalts();
    this.#saltTimer = setInterval(() => this.#pruneSalts(), SALTS_EVERY).unref();
  }

  /**
   * Takes a folder for this process, and makes it if it is not there.
   *
   * @param shared a file of secrets that several nodes have, for a folder that has none
   * @throws HitError `data_dir_locked`, `data_dir_unusable`
   */
  static open(folder: string, shared?: string): DataFolder {
    const path = resolve(folder);
    try {
      makeFolder(path, 0o700);
      // With the separator, so that a file in its place is told.
      accessSync(`${path}${sep}`, constants.W_OK);
    } catch (error) {
      throw new HitError(
        'data_dir_unusable',
        `the data folder ${path} cannot be written: ${messageOf(error)}. Choose another with --data-dir`,
        { cause: error },
      );
    }
    return new DataFolder(path, shared);
  }

  get store(): string {
    return join(this.path, 'store');
  }

  get spool(): string {
    return join(this.path, 'spool');
  }

  close(): void {
    clearInterval(this.#saltTimer);
    this.#lock.release();
  }

  /** Today's is not made here: a node that shares visitors agrees on it with others first. */
  #pruneSalts(): void {
    try {
      this.secrets.salts.prune();
    } catch {
      // The disk is full, say. A hit that needs a salt meets the same fault and tells it.
    }
  }
}
