import { accessSync, constants, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { HitError, messageOf } from '../errors.ts';
import { FolderLock } from './lock.ts';
import { Secrets } from './secrets.ts';

/**
 * The folder that holds all that a node keeps: `store/` (the embedded database), `spool/`, `secrets.json`, `lock`, and
 * while a server runs `control.sock`.
 */
export class DataFolder {
  readonly path: string;
  readonly secrets: Secrets;
  readonly #lock: FolderLock;

  private constructor(path: string) {
    this.path = path;
    this.#lock = new FolderLock(path);
    try {
      this.secrets = Secrets.open(path);
    } catch (error) {
      this.#lock.release();
      throw error;
    }
  }

  /**
   * Takes a folder for this process, and makes it if it is not there.
   *
   * @throws HitError `data_dir_locked`, `data_dir_unusable`
   */
  static open(folder: string): DataFolder {
    const path = resolve(folder);
    try {
      mkdirSync(path, { recursive: true, mode: 0o700 });
      accessSync(path, constants.W_OK);
    } catch (error) {
      throw new HitError(
        'data_dir_unusable',
        `the data folder ${path} cannot be written: ${messageOf(error)}. Choose another with --data-dir`,
        { cause: error },
      );
    }
    return new DataFolder(path);
  }

  get store(): string {
    return join(this.path, 'store');
  }

  get spool(): string {
    return join(this.path, 'spool');
  }

  close(): void {
    this.#lock.release();
  }
}
