import { waitUpTo } from '../../timing/time-limit.ts';

/** Bytes of memory of messages that wait to be imported: seconds of a busy site. */
const MOST_BYTES = 16 * 1024 * 1024;
/** Memory of a line besides its bytes, which is most of that of a short one. */
const EACH_LINE = 128;

/** Lines that were received and are not taken yet. The memory is bounded: who adds must stop, or drop, when it is full. */
export class MessageQueue {
  readonly #most: number;
  #lines: Buffer[] = [];
  #bytes = 0;
  #isClosed = false;
  /** Ends the wait for a change. */
  #onChange: () => void = () => undefined;
  /** Called when lines were taken, so that there is room again. */
  onRoom: () => void = () => undefined;

  /** @param most bytes of memory */
  constructor(most = MOST_BYTES) {
    this.#most = most;
  }

  get isFull(): boolean {
    return this.#bytes >= this.#most;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Whether nothing is left, and nothing will come. */
  get isEnded(): boolean {
    return this.#isClosed && this.#lines.length === 0;
  }

  add(line: Buffer): void {
    this.#lines.push(line);
    this.#bytes += line.length + EACH_LINE;
    this.#onChange();
  }

  /** Nothing is added any more. What is there can still be taken. */
  close(): void {
    this.#isClosed = true;
    this.#onChange();
  }

  /**
   * All lines, as soon as there are some.
   *
   * @param timeout milliseconds
   * @returns undefined on timeout, and at the end
   */
  async take(timeout: number): Promise<Buffer | undefined> {
    if (this.#lines.length === 0 && !this.#isClosed) {
      const changed = new Promise<void>((resolve) => {
        this.#onChange = resolve;
      });
      await (timeout === Number.POSITIVE_INFINITY ? changed : waitUpTo(timeout, changed));
    }
    if (this.#lines.length === 0) return undefined;
    const lines = Buffer.concat(this.#lines);
    this.#lines = [];
    this.#bytes = 0;
    this.onRoom();
    return lines;
  }
}
