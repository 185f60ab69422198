/**
 * How a finished file gets the name that is its batch's id.
 *
 * The id is given once, and must never change after a sink has seen it: so the name is on the disk before the batch goes
 * to any sink. Otherwise a power cut would bring the file back under the name that it had before, and the next run would
 * give it another id and deliver it a second time.
 *
 * The file is renamed in the turn in which the batch is handed over, so whoever lists the folder finds each batch under
 * one name. A rename that fails, as it may on a full disk, and the sync of the folder belong to the delivery: they are
 * tried again with it, and the id stays. Until then a crash costs nothing, as no sink has seen the id: the file has its
 * old name, and the next run gives it another id.
 */

import { renameSync } from 'node:fs';
import { HitError, messageOf } from '../errors.ts';
import { syncFile, syncFolder } from '../files/durable.ts';
import type { Segment } from './segment.ts';

/** A batch that is handed over for delivery. */
export interface Finished {
  readonly segment: Segment;
  /** Undefined where the name is durable already. */
  readonly naming: Naming | undefined;
}

export interface Rename {
  readonly from: string;
  readonly to: string;
}

export class Naming {
  readonly #folder: string;
  readonly #unsynced: string | undefined;
  /** Those that are to be made. */
  readonly #renames: Rename[];
  #durable: Promise<void> | undefined;

  /**
   * @param renames in the order in which they are made
   * @param unsynced path, after the renames, of a file whose content is not synced yet
   */
  constructor(folder: string, renames: readonly Rename[], unsynced?: string) {
    this.#folder = folder;
    this.#renames = [...renames];
    this.#unsynced = unsynced;
  }

  /** Renames, within this turn. What fails is tried again by `durable`. */
  attempt(): void {
    try {
      this.#rename();
    } catch {
      // Told by the delivery, which fails for the same reason if it lasts.
    }
  }

  /**
   * Resolves when content and name are on the disk. Several sinks may ask: it is done once. After a fault the next call
   * tries again.
   *
   * @throws HitError `spool_failed`
   */
  durable(): Promise<void> {
    this.#durable ??= this.#settle().catch((error) => {
      this.#durable = undefined;
      throw new HitError('spool_failed', `the batch cannot get its name: ${messageOf(error)}`, {
        cause: error,
      });
    });
    return this.#durable;
  }

  /** In one turn, also when it is tried again: a backup that links the files at that moment must not miss one. */
  #rename(): void {
    for (let next = this.#renames[0]; next; next = this.#renames[0]) {
      renameSync(next.from, next.to);
      this.#renames.shift();
    }
  }

  async #settle(): Promise<void> {
    this.#rename();
    if (this.#unsynced !== undefined) await syncFile(this.#unsynced);
    await syncFolder(this.#folder);
  }
}
