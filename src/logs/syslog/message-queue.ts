import { waitUpTo } from '../../timing/time-limit.ts';

/** Bytes of messages that wait to be imported: seconds of a busy site. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Lines that were received and are not taken yet. The memory is bounded: who adds must stop, or drop, when it is full. */
export class MessageQueue {
  readonly #most: number;
  #lines: Buffer[] = [];
  #bytes = 0;
  #isClosed = false;
  #changed = Promise.withResolvers<void>();
  /** Called when lines were taken, so that there is room again. */
  onRoom: () => void = () => undefined;

  /** @param most bytes */
  constructor(most = MOST_BYTES) {
    this.#most = most;
  }

  get isFull(): boolean {
    return this.#bytes >= this.#most;
  }

  /** Whether nothing is left, and nothing will come. */
  get isEnded(): boolean {
    return this.#isClosed && this.#lines.length === 0;
  }

  add(line: Buffer): void {
    this.#lines.push(line);
    this.#bytes += line.length;
    this.#change();
  }

  /** Nothing is added any more. What is there can still be taken. */
  close(): void {
    this.#isClosed = true;
    this.#change();
  }

  /**
   * All lines, as soon as there are some.
   *
   * @param timeout milliseconds
   * @returns undefined on timeout, and at the end
   */
  async take(timeout: number): Promise<Buffer | undefined> {
    if (this.#lines.length === 0 && !this.#isClosed) {
      const { promise } = this.#changed;
      await (timeout === Number.POSITIVE_INFINITY ? promise : waitUpTo(timeout, promise));
    }
    if (this.#lines.length === 0) return undefined;
    const lines = Buffer.concat(this.#lines);
    this.#lines = [];
    this.#bytes = 0;
    this.onRoom();
    return lines;
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
