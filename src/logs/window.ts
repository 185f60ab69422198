import { waitUpTo } from '../timing/time-limit.ts';
import { LINE_FEED } from './ascii.ts';

/** Smallest memory allocation, in bytes. */
const LEAST_CAPACITY = 64 * 1024;
const NOTHING = Buffer.allocUnsafeSlow(0);

/** Data that was read from a source and not taken yet, in one block of memory. */
export class ReadBuffer {
  readonly #source: AsyncIterator<Buffer>;
  /** The pending request for a chunk. */
  #next: Promise<IteratorResult<Buffer>> | undefined;
  #memory: Buffer<ArrayBuffer> = NOTHING;
  #length = 0;
  /** Bytes to allocate after data was taken: as many as there were. */
  #usual = LEAST_CAPACITY;
  #ended = false;

  /** @param source its chunks need not outlive the next one */
  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Available bytes. */
  get length(): number {
    return this.#length;
  }

  /** Whether the source has ended. */
  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Waits for the source's next chunk, or its end.
   *
   * @param timeout milliseconds
   * @returns false on timeout
   */
  async read(timeout = Number.POSITIVE_INFINITY): Promise<boolean> {
    if (this.#ended) return true;
    this.#next ??= this.#source.next();
    const result = await (timeout === Number.POSITIVE_INFINITY ? this.#next : waitUpTo(timeout, this.#next));
    if (!result) return false;
    this.#next = undefined;
    if (result.done) this.#ended = true;
    else this.#append(result.value);
    return true;
  }

  /**
   * Reads until that many bytes are available.
   *
   * @param timeout milliseconds without new data
   * @returns false if they are not available
   */
  async fill(length: number, timeout = Number.POSITIVE_INFINITY): Promise<boolean> {
    while (this.#length < length && !this.#ended) if (!(await this.read(timeout))) break;
    return this.#length >= length;
  }

  /** Reads until a line ends, that many bytes are available, or the source ends. */
  async fillLine(length: number): Promise<void> {
    while (this.#length < length && !this.#ended && !this.peek().includes(LINE_FEED)) await this.read();
  }

  /** The first bytes, as many as are available; default all. They are valid until more is read or taken. */
  peek(length = this.#length): Buffer {
    return this.#memory.subarray(0, Math.min(length, this.#length));
  }

  /** Removes the first bytes. The caller owns their memory, and may transfer it. */
  take(length: number): Buffer<ArrayBuffer> {
    const taken = this.#memory.subarray(0, length);
    const rest = this.#memory.subarray(length, this.#length);
    this.#usual = Math.max(LEAST_CAPACITY, this.#length);
    this.#memory = NOTHING;
    this.#length = 0;
    if (rest.length > 0) this.#append(rest);
    return taken;
  }

  #append(chunk: Buffer): void {
    const length = this.#length + chunk.length;
    if (length > this.#memory.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(length, this.#usual, this.#memory.length * 2));
      this.#memory.copy(larger, 0, 0, this.#length);
      this.#memory = larger;
    }
    chunk.copy(this.#memory, this.#length);
    this.#length = length;
  }

  /** Skips the rest of the line, in little memory however long it is. */
  async skipLine(): Promise<void> {
    for (;;) {
      const end = this.peek().indexOf(LINE_FEED);
      if (end >= 0) {
        this.take(end + 1);
        return;
      }
      this.take(this.#length);
      if (this.#ended) return;
      await this.read();
    }
  }
}
