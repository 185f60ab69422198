/**
 * Positions up to which the logs of each target were read: a file for each target, in `follow/` of the data folder. They show
 * which rotated logs need not be read again, and which lines were lost while no follower ran. Which lines are stored is recorded
 * in the store itself, together with their hits: if a position is lost or too small, a log is only read again.
 *
 * The digests of chunks that earlier versions wrote have no key: they get one when they are read.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HitError, messageOf } from '../../errors.ts';
import { writeAtomicallySync } from '../../files/atomic.ts';
import { makeFolder } from '../../files/make-folder.ts';
import type { ImportKey } from '../../folder/import-key.ts';
import type { StoredLog } from './followed-log.ts';
import type { FollowTarget } from './log-files.ts';

export class LogPositions {
  readonly #folder: string;
  readonly #site: string;
  readonly #key: ImportKey;
  readonly #written = new Map<string, string>();

  /**
   * @param dataDir absolute
   * @param site of lines without a host: with another site, it is another import
   * @param key of the chunks in the store
   */
  constructor(dataDir: string, site: string, key: ImportKey) {
    this.#folder = join(dataDir, 'follow');
    this.#site = site;
    this.#key = key;
  }

  /** @throws HitError `data_dir_unusable` if the file is damaged */
  async read(target: FollowTarget): Promise<readonly StoredLog[]> {
    const path = this.#pathOf(target);
    try {
      const { logs } = JSON.parse(await readFile(path, 'utf8')) as { logs: readonly StoredLog[] };
      if (!Array.isArray(logs)) throw new Error('it holds no logs');
      return logs.map((log) => this.#keyed(log));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw new HitError(
        'data_dir_unusable',
        `${path} cannot be read: ${messageOf(error)}. Delete it: the logs are then read again, and nothing is counted twice`,
        { cause: error },
      );
    }
  }

  /** @throws HitError `data_dir_unusable` */
  write(target: FollowTarget, logs: readonly StoredLog[]): void {
    const path = this.#pathOf(target);
    const text = `${JSON.stringify({ target: target.path, site: this.#site, logs }, null, 1)}\n`;
    if (this.#written.get(path) === text) return;
    makeFolder(this.#folder, 0o700);
    writeAtomicallySync(path, text);
    this.#written.set(path, text);
  }

  #keyed(log: StoredLog): StoredLog {
    const { root, digest } = log;
    if (root === undefined || digest === undefined) return log;
    return { ...log, root: this.#key.keyed(root), digest: this.#key.keyed(digest) };
  }

  #pathOf({ path }: FollowTarget): string {
    const name = createHash('sha256').update(`${this.#site}\n${path}`).digest('hex').slice(0, 16);
    return join(this.#folder, `${name}.json`);
  }
}
