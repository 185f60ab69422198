import { messageOf } from '../../errors.ts';
import { SerialQueue } from '../../timing/serial-queue.ts';
import type { FreeSpace } from './free-space.ts';

/** Milliseconds between two checks. Each is one system call. */
const LOOK_EVERY = 500;

/**
 * Stops merges of the embedded engine while the disk is nearly full, and restarts them when there is space.
 *
 * The engine starts a merge only if there is space for its result, but a merge takes minutes, in which other writes may
 * fill the disk. A stopped merge leaves nothing behind and only loses its work. No inserts start at that point either, so
 * parts do not pile up.
 *
 * Stopping merges also stops mutations. But a purge is how an owner frees space: `allow` lets it run on a full disk.
 */
export class Merges {
  readonly #space: FreeSpace;
  readonly #command: (text: string) => Promise<void>;
  readonly #log: { info(message: string): void; warn(message: string): void };
  #stopped = false;
  /** Number of running tasks that need mutations. */
  #allowed = 0;
  readonly #queue = new SerialQueue();
  #timer: NodeJS.Timeout | undefined;

  /** @param command runs a statement */
  constructor(
    space: FreeSpace,
    command: (text: string) => Promise<void>,
    log: { info(message: string): void; warn(message: string): void },
  ) {
    this.#space = space;
    this.#command = command;
    this.#log = log;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#check(), LOOK_EVERY).unref();
  }

  /** Runs work that deletes rows; merges are not stopped meanwhile. */
  async allow<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#allowed++;
    try {
      await this.#check();
      return await work();
    } finally {
      this.#allowed--;
    }
  }

  #check(): Promise<void> {
    return this.#queue.run(() => this.check());
  }

  /** Stops or starts merges, depending on free space. */
  async check(): Promise<void> {
    try {
      const isShort = this.#allowed === 0 && (await this.#space.isShort());
      if (isShort === this.#stopped) return;
      await this.#command(isShort ? 'SYSTEM STOP MERGES' : 'SYSTEM START MERGES');
      this.#stopped = isShort;
      if (isShort) this.#log.warn('store: the disk is nearly full, merges are stopped');
      else this.#log.info('store: merges have resumed');
    } catch (error) {
      this.#log.warn(`store: merges cannot be stopped or started: ${messageOf(error)}`);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#queue.ended();
  }
}
