/** Bytes of a salt. */
const SALT = 16;
const STATE = SALT / 4;
const WAITING = 0;
const THERE = 1;
/** Milliseconds. */
const WAIT_TIMEOUT = 5000;

/**
 * How a collector thread gets the salt of a new day: the main thread makes one salt for all threads and stores it; the
 * thread cannot identify visitors without it, so it waits. 16 bytes of salt, and 4 that tell whether it is there.
 */
export class SaltCell {
  readonly memory: SharedArrayBuffer;
  readonly #state: Int32Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(SALT + 4)) {
    this.memory = memory;
    this.#state = new Int32Array(memory);
  }

  /** Requests the salt, and blocks until it is there. In a collector thread only. */
  await(ask: () => void): Uint8Array {
    Atomics.store(this.#state, STATE, WAITING);
    ask();
    if (Atomics.wait(this.#state, STATE, WAITING, WAIT_TIMEOUT) === 'timed-out') {
      throw new Error('the main thread gave no salt for today');
    }
    return new Uint8Array(this.memory).slice(0, SALT);
  }

  /** Hands over the salt that the thread waits for. */
  put(salt: Uint8Array): void {
    new Uint8Array(this.memory).set(salt);
    Atomics.store(this.#state, STATE, THERE);
    Atomics.notify(this.#state, STATE);
  }
}
