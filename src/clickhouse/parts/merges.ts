import { messageOf } from '../../errors.ts';
import type { FreeSpace } from './free-space.ts';

/** Milliseconds between two looks. Each is one call of the system. */
const LOOK_EVERY = 500;

/**
 * Stops merges of the embedded engine while the disk is nearly full, and starts them again when there is room.
 *
 * The engine begins a merge only where there is room for its result, but a merge takes minutes, in which others fill the
 * disk. One that is stopped leaves nothing behind, and costs nothing but the work. No inserts begin at that point either,
 * so no parts pile up.
 *
 * The engine stops mutations with them. But a purge is how an owner makes room: `allow` lets it work on a full disk.
 */
export class Merges {
  readonly #space: FreeSpace;
  readonly #command: (text: string) => Promise<void>;
  readonly #log: { info(message: string): void; warn(message: string): void };
  #stopped = false;
  /** Works that need mutations. */
  #allowed = 0;
  #turn: Promise<void> = Promise.resolve();
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
    this.#timer ??= setInterval(() => this.#look(), LOOK_EVERY).unref();
  }

  /** Runs something that deletes rows, and leaves merges alone meanwhile. */
  async allow<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#allowed++;
    try {
      await this.#look();
      return await work();
    } finally {
      this.#allowed--;
    }
  }

  #look(): Promise<void> {
    this.#turn = this.#turn.then(() => this.look());
    return this.#turn;
  }

  /** Stops or starts merges, as there is room for them. */
  async look(): Promise<void> {
    try {
      const isShort = this.#allowed === 0 && (await this.#space.isShort());
      if (isShort === this.#stopped) return;
      await this.#command(isShort ? 'SYSTEM STOP MERGES' : 'SYSTEM START MERGES');
      this.#stopped = isShort;
      if (isShort) this.#log.warn('store: the disk is nearly full, merges are stopped');
      else this.#log.info('store: merges go on');
    } catch (error) {
      this.#log.warn(`store: merges cannot be stopped or started: ${messageOf(error)}`);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#turn;
  }
}
