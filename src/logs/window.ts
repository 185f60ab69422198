import { setTimeout as sleep } from 'node:timers/promises';
import { LINE_FEED } from './ascii.ts';

/** What was read of a source and not taken yet. */
export class Window {
  readonly #source: AsyncIterator<Buffer>;
  /** The chunk that was asked for and is not there yet. */
  #next: Promise<IteratorResult<Buffer>> | undefined;
  #chunks: Buffer[] = [];
  /** The only chunk, if it is not the source's any more. */
  #joined: Buffer<ArrayBuffer> | undefined;
  #length = 0;
  #ended = false;

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Bytes that are there. */
  get length(): number {
    return this.#length;
  }

  /** Whether all that the source has is there. */
  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Waits for the source's next chunk, or its end.
   *
   * @param patience milliseconds after which to give up
   * @returns false if nothing came for so long
   */
  async read(patience = Number.POSITIVE_INFINITY): Promise<boolean> {
    if (this.#ended) return true;
    this.#next ??= this.#source.next();
    const result = await (patience === Number.POSITIVE_INFINITY
      ? this.#next
      : withPatience(this.#next, patience));
    if (!result) return false;
    this.#next = undefined;
    if (result.done) {
      this.#ended = true;
    } else {
      this.#chunks.push(result.value);
      this.#joined = undefined;
      this.#length += result.value.length;
    }
    return true;
  }

  /**
   * Reads until that many bytes are there.
   *
   * @param patience milliseconds without anything new after which to give up
   * @returns false if they are not
   */
  async fill(length: number, patience = Number.POSITIVE_INFINITY): Promise<boolean> {
    while (this.#length < length && !this.#ended) if (!(await this.read(patience))) break;
    return this.#length >= length;
  }

  /** Reads until a line ends, or that many bytes are there, or the source ends. */
  async fillLine(length: number): Promise<void> {
    while (this.#length < length && !this.#ended && !this.peek().includes(LINE_FEED)) await this.read();
  }

  /** The first bytes, as many as are there; default all. They are valid until they are taken out. */
  peek(length = this.#length): Buffer {
    if (this.#chunks.length !== 1) this.#join();
    return this.#chunks[0]!.subarray(0, length);
  }

  /** Takes the first bytes out. Their memory is the taker's, who may hand it on. */
  take(length: number): Buffer<ArrayBuffer> {
    const whole = this.#joined ?? this.#join();
    const rest = whole.subarray(length);
    this.#joined = joined([rest], rest.length);
    this.#chunks = [this.#joined];
    this.#length = rest.length;
    return whole.subarray(0, length);
  }

  #join(): Buffer<ArrayBuffer> {
    this.#joined = joined(this.#chunks, this.#length);
    this.#chunks = [this.#joined];
    return this.#joined;
  }

  /** Takes out what there is before the next line begins, in little memory however long that is. */
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

/** A copy in memory of its own. */
function joined(chunks: readonly Buffer[], length: number): Buffer<ArrayBuffer> {
  const bytes = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (const chunk of chunks) at += chunk.copy(bytes, at);
  return bytes;
}

async function withPatience<Result>(
  result: Promise<Result>,
  milliseconds: number,
): Promise<Result | undefined> {
  const timer = new AbortController();
  const tooLate = sleep(milliseconds, undefined, { signal: timer.signal }).catch(() => undefined);
  try {
    return await Promise.race([result, tooLate]);
  } finally {
    timer.abort();
  }
}
