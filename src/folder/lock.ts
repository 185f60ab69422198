import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { HitError, messageOf } from '../errors.ts';

/**
 * Locks a data folder for one process. The lock is SQLite's lock on a file with no other content: unlike a PID file, the
 * system releases it however the process ends.
 *
 * @throws HitError `data_dir_locked` if another process holds it
 */
export class FolderLock {
  readonly #database: DatabaseSync;

  constructor(folder: string) {
    let database: DatabaseSync | undefined;
    try {
      database = open(join(folder, 'lock'));
      database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
      this.#database = database;
    } catch (error) {
      if (error instanceof HitError) throw error;
      database?.close();
      if (/locked|busy/i.test(messageOf(error))) {
        throw new HitError(
          'data_dir_locked',
          `another Hit Tracker process uses the data folder ${folder}: stop it, or choose another --data-dir`,
        );
      }
      throw new HitError(
        'data_dir_unusable',
        `the data folder ${folder} cannot be used: ${messageOf(error)}. Choose another with --data-dir`,
      );
    }
  }

  /** Releases the lock; a second call does nothing. */
  release(): void {
    if (this.#database.isOpen) this.#database.close();
  }
}

/** Whether a process has locked a data folder. Read-only. */
export function isLocked(folder: string): boolean {
  const path = join(folder, 'lock');
  if (!existsSync(path)) return false;
  const database = open(path, { readOnly: true });
  try {
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch (error) {
    return /locked|busy/i.test(messageOf(error));
  } finally {
    database.close();
  }
}

/**
 * SQLite is not imported, because Node 20 has none: a program there can use the library's other trackers.
 *
 * @throws HitError `node_unsupported`
 */
function open(path: string, options: { readOnly?: boolean } = {}): DatabaseSync {
  const sqlite = process.getBuiltinModule?.('node:sqlite');
  if (!sqlite)
    throw new HitError(
      'node_unsupported',
      `a data folder needs Node 22.13 or later, and this is Node ${process.versions.node}`,
    );
  return new sqlite.DatabaseSync(path, options);
}
