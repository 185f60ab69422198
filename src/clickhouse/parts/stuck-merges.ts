/**
 * Ends merges of the embedded engine that would never end.
 *
 * Invariant: a merge that stands still while a temporary file of the engine is empty is ended, with an error. The engine then
 * repeats it from its source parts, which stay until a merge has succeeded: so no row is lost.
 *
 * A vertical merge first merges the columns of the sorting key, and notes in a temporary file, `tmp/tmp<uuid>`, from which
 * part each row came. Then it takes the other columns one after another, and reads that file for each. If the disk fills up
 * while the file is written, the engine may lose the error, and the file stays empty. A merge of several parts fails then,
 * because a column has fewer rows than the key. But a merge of one part (`OPTIMIZE … FINAL` of a part that is merged already)
 * asks its source for more rows and reads the file again, without end: it uses a whole core, the statement that waits for it never
 * returns, nor does the process end, and `SYSTEM STOP MERGES` goes unnoticed.
 *
 * The file is extended by a megabyte of zeros, without taking space on the disk. These are no valid content, so the next
 * read fails. Measured, with 600,000 rows of 30 columns: a merge had stood still for twelve seconds, and failed within a
 * millisecond ("Unknown codec family code: 0").
 *
 * Of 400 merges while the disk filled up (`test/faults/filling-disk.test.ts`, beside a load), 6 were stuck. They were ended, and
 * no row was lost.
 *
 * Extending is harmless to a merge that is not stuck. The file is also empty until a merge has written its first rows to it: the
 * same merge of three parts whose file was extended then failed on the zeros behind its own content ("Data compressed with
 * different methods"), and all rows were there. The same holds if the file was cut: whatever is read of it, the engine
 * compares the rows of each column with those of the key ("Written 0 elements of column c0, but 900000 rows"). Such a merge
 * loses only its work; so nothing is extended unless a merge stood still for ten seconds, in which a slow disk delivers something.
 *
 * Nothing here waits for another statement: those of the guard may wait for the merge. Closing ends a stuck merge too, as
 * the statement that waits for it, and the process, would not end.
 */
import { readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../errors.ts';
import { queryText } from '../sql.ts';
import type { PartEngine } from './part-rescue.ts';

/** Milliseconds between two checks. Each reads a folder that is nearly always empty, and seldom does more. */
const CHECK_EVERY = 5000;
/** The same while closing: most merges are seen to move then. */
const CLOSING_EVERY = 500;
/** Milliseconds for which a merge must stand still. */
const STILL = 10_000;
/** Bytes. More than a read takes at once. */
const EXTENDED = 2 ** 20;
/** The engine's temporary files; this program's are called otherwise. */
const TEMPORARY = /^tmp/;

/** A running vertical merge. */
interface RunningMerge {
  readonly table: string;
  /** The part that it writes. */
  readonly part: string;
  /** Seconds. */
  readonly elapsed: number;
  /** Changes with everything that the merge does. */
  readonly position: string;
}

export interface StuckMergesOptions {
  /** Folder of the embedded engine. */
  readonly folder: string;
  /** Opens a connection that no other statement uses. */
  readonly connect: () => Pick<PartEngine, 'rows' | 'dialect'> & AsyncDisposable;
  readonly log: { warn(message: string): void };
}

/**
 * @example
 * const stuck = new StuckMerges({ folder, connect: () => clients.inspector(), log });
 * stuck.start();
 */
export class StuckMerges {
  readonly #options: StuckMergesOptions;
  /** Files that were empty at the last check, by name and inode. */
  #empty: ReadonlySet<string> = new Set();
  /** Where each merge was at the last check, and since when, in milliseconds. */
  #standing: ReadonlyMap<string, { readonly position: string; readonly since: number }> = new Map();
  #timer: NodeJS.Timeout | undefined;
  #checking: Promise<boolean> | undefined;

  constructor(options: StuckMergesOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.check(), CHECK_EVERY).unref();
  }

  /**
   * Finds stuck merges, and ends those that have stood still for long enough. While a check is running, no second one starts.
   *
   * @returns whether a merge may be stuck, which later checks will tell
   */
  check(): Promise<boolean> {
    this.#checking ??= this.#endStuck()
      .catch((error: unknown) => {
        this.#options.log.warn(`store: stuck merges cannot be found: ${messageOf(error)}`);
        return false;
      })
      .finally(() => {
        this.#checking = undefined;
      });
    return this.#checking;
  }

  /** Resolves when no merge is stuck: usually at once, else after some ten seconds. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    while (await this.check()) await sleep(CLOSING_EVERY);
  }

  async #endStuck(): Promise<boolean> {
    const files = await this.#emptyFiles();
    const again = files.filter(({ key }) => this.#empty.has(key));
    this.#empty = new Set(files.map(({ key }) => key));
    if (again.length === 0) {
      this.#standing = new Map();
      return files.length > 0;
    }
    const merges = await this.#runningMerges();
    const now = performance.now();
    const before = this.#standing;
    this.#standing = new Map(
      merges.map(({ table, part, elapsed, position }) => {
        const last = before.get(`${table} ${part}`);
        // One that was repeated since has run for less.
        const isSame = last?.position === position && elapsed * 1000 >= now - last.since;
        return [`${table} ${part}`, { position, since: isSame ? last.since : now }];
      }),
    );
    const stuck = [...this.#standing].filter(([, { since }]) => now - since >= STILL);
    if (stuck.length > 0) {
      await this.#end(
        stuck.map(([name]) => name),
        again,
      );
      return false;
    }
    return [...this.#standing].some(([name, { since }]) => since < now || !before.has(name));
  }

  async #end(stuck: readonly string[], files: readonly { readonly path: string }[]): Promise<void> {
    this.#standing = new Map();
    for (const { path } of files) {
      try {
        // It may have grown meanwhile, or be gone.
        if ((await stat(path)).size === 0) await truncate(path, EXTENDED);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
    this.#options.log.warn(
      `store: a merge stood still and is ended (${stuck.join(', ')}): its temporary file is empty, as after a full disk. ` +
        'The engine repeats it, and no rows are lost',
    );
  }

  async #emptyFiles(): Promise<{ readonly path: string; readonly key: string }[]> {
    const folder = join(this.#options.folder, 'tmp');
    const found: { path: string; key: string }[] = [];
    for (const name of await readdir(folder).catch(nothingIfGone)) {
      if (!TEMPORARY.test(name)) continue;
      const path = join(folder, name);
      const file = await stat(path).catch(nothingIfGone);
      if (!Array.isArray(file) && file.isFile() && file.size === 0)
        found.push({ path, key: `${name} ${file.ino}` });
    }
    return found;
  }

  async #runningMerges(): Promise<RunningMerge[]> {
    await using engine = this.#options.connect();
    return await engine.rows<RunningMerge>(queryText('merges_vertical', {}, engine.dialect));
  }
}

function nothingIfGone(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
