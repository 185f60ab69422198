import { messageOf } from '../errors.ts';
import type { FreeSpace } from './free-space.ts';

/** Milliseconds between two looks. Each is one call of the system. */
const LOOK_EVERY = 500;

/**
 * Stops merges of the embedded engine while the disk is nearly full, and starts them again when there is room.
 *
 * The engine begins a merge only where there is room for its result, but a merge takes minutes, in which others fill the
 * disk. One that is stopped leaves nothing behind, and costs nothing but the work. No inserts begin at that point either,
 * so no parts pile up.
 */
export class Merges {
  readonly #space: FreeSpace;
  readonly #command: (text: string) => Promise<void>;
  readonly #log: { info(message: string): void; warn(message: string): void };
  #stopped = false;
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

  get isStopped(): boolean {
    return this.#stopped;
  }

  start(): void {
    this.#timer ??= setInterval(() => {
      this.#turn = this.#turn.then(() => this.look());
    }, LOOK_EVERY).unref();
  }

  /** Stops or starts merges, as there is room for them. */
  async look(): Promise<void> {
    try {
      const isShort = await this.#space.isShort();
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
