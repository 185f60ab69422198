/**
 * Renames a finished file to its batch id.
 *
 * The id is assigned once and must never change after a sink has seen it, so the name is made durable before the batch goes
 * to any sink. Otherwise, after a power failure, the file could reappear under its old name, and the next run would assign
 * another id and deliver it a second time.
 *
 * The file is renamed in the same turn of the event loop in which the batch is handed over, so a folder listing shows each
 * batch under exactly one name. If the rename fails (for example on a full disk), it is retried with the delivery, as is
 * the sync of its folders, and the id stays the same. Until then a crash is harmless, as no sink has seen the id: the file
 * has its old name, and the next run assigns another id.
 */

import { renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { HitError, messageOf } from '../errors.ts';
import { syncFile, syncFolder } from '../files/durable.ts';
import type { Segment } from './segment.ts';

/** A batch to be handed over for delivery. */
export interface Finished {
  readonly segment: Segment;
  /** Undefined if the name is already durable. */
  readonly rename: PendingRename | undefined;
}

export interface Rename {
  readonly from: string;
  readonly to: string;
}

export class PendingRename {
  /** To be synced: those that get names before those that lose them, so that a power failure leaves at least one name. */
  readonly #folders: readonly string[];
  readonly #unsynced: string | undefined;
  /** Pending renames. */
  readonly #renames: Rename[];
  #durable: Promise<void> | undefined;

  /**
   * @param renames in order of execution
   * @param unsynced path, after the renames, of a file whose content is not synced yet
   */
  constructor(renames: readonly Rename[], unsynced?: string) {
    const paths = [...renames.map(({ to }) => to), ...renames.map(({ from }) => from)];
    this.#folders = [...new Set(paths.map((path) => dirname(path)))];
    this.#renames = [...renames];
    this.#unsynced = unsynced;
  }

  /** Renames synchronously. `durable` retries what fails. */
  attempt(): void {
    try {
      this.#rename();
    } catch {
      // If the fault persists, the delivery fails for the same reason and reports it.
    }
  }

  /**
   * Resolves when content and name are durable. Calls from several sinks share one attempt. After a fault the next call
   * tries again.
   *
   * @throws HitError `spool_failed`
   */
  durable(): Promise<void> {
    this.#durable ??= this.#settle().catch((error) => {
      this.#durable = undefined;
      throw new HitError('spool_failed', `the batch cannot be renamed: ${messageOf(error)}`, {
        cause: error,
      });
    });
    return this.#durable;
  }

  /** Synchronous, also when retried: a backup that links the files at that moment must not miss one. */
  #rename(): void {
    for (let next = this.#renames[0]; next; next = this.#renames[0]) {
      renameSync(next.from, next.to);
      this.#renames.shift();
    }
  }

  async #settle(): Promise<void> {
    this.#rename();
    if (this.#unsynced !== undefined) await syncFile(this.#unsynced);
    for (const folder of this.#folders) await syncFolder(folder);
  }
}
