/** Lines per second that a person can still follow. */
const LINES = 10;
const SECOND = 1000;

/**
 * Prints the counter's lines: each one while they are few; under load only the newest, at most ten per second, since
 * each line includes what the lines before it said.
 */
export class ConsoleLines {
  readonly #write: (line: string) => void;
  readonly #now: () => number;
  /** Times of the last ten lines; `#next` is the oldest. */
  readonly #written = new Array<number>(LINES).fill(Number.NEGATIVE_INFINITY);
  #next = 0;
  #pending: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(write: (line: string) => void, now: () => number = () => performance.now()) {
    this.#write = write;
    this.#now = now;
  }

  print(line: string): void {
    const wait = this.#written[this.#next]! + SECOND - this.#now();
    if (wait <= 0) {
      this.#put(line);
      return;
    }
    this.#pending = line;
    this.#timer ??= setTimeout(() => this.#wake(), wait);
  }

  /** Writes the pending line, if there is one. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#pending !== undefined) this.#put(this.#pending);
  }

  /** A timer may fire slightly early: then the line waits again. */
  #wake(): void {
    this.#timer = undefined;
    if (this.#pending !== undefined) this.print(this.#pending);
  }

  #put(line: string): void {
    this.#pending = undefined;
    this.#written[this.#next] = this.#now();
    this.#next = (this.#next + 1) % LINES;
    this.#write(line);
  }
}
