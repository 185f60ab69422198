import { accessSync, constants } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { HitError, messageOf } from '../errors.ts';
import { makeFolder } from '../files/make-folder.ts';
import { FolderLock } from './lock.ts';
import { Secrets } from './secrets.ts';

/** Milliseconds between two checks for expired salts: they are removed even if no hits arrive. */
const SALTS_EVERY = 10 * 60_000;

/**
 * The folder with all data of a node: `store/` (the embedded database), `spool/`, `secrets.json`, `salts.json`,
 * `tokens.json`, `sites.json`, `resources.json`, `retention.json`, `identity.json`, `lock`, and `control.sock` and `threads.sock`
 * while a server runs.
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
   * Locks a folder for this process, and creates it if it does not exist.
   *
   * @param shared file of secrets shared by several nodes, used if the folder has none
   * @throws HitError `data_dir_locked`, `data_dir_unusable`
   */
  static open(folder: string, shared?: string): DataFolder {
    const path = resolve(folder);
    try {
      makeFolder(path, 0o700);
      // The separator makes this fail if the path is a file.
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

  /** Does not create today's salt: a node that shares visitors must agree on it with the others first. */
  #pruneSalts(): void {
    try {
      this.secrets.salts.prune();
    } catch {
      // For example a full disk. A hit that needs a salt fails for the same reason and reports it.
    }
  }
}
