import type { Terminal } from './command.ts';

/** Milliseconds between two updates. */
const REDRAW_EVERY = 100;

/** A line on a terminal that is redrawn in place; not shown elsewhere. */
export class StatusLine {
  readonly #out: Terminal['stderr'];
  #lastWritten = Number.NEGATIVE_INFINITY;

  constructor(out: Terminal['stderr']) {
    this.#out = out;
  }

  /** Shows the line while some work runs. */
  static async during<Progress, Result>(
    { stderr }: Pick<Terminal, 'stderr'>,
    textOf: (progress: Progress) => string,
    work: (onProgress: (progress: Progress) => void) => Promise<Result>,
  ): Promise<Result> {
    const line = new StatusLine(stderr);
    try {
      return await work((progress) => line.show(() => textOf(progress)));
    } finally {
      line.close();
    }
  }

  /** @param text only called when it is drawn */
  show(text: () => string): void {
    const now = performance.now();
    if (!this.#out.isTTY || now - this.#lastWritten < REDRAW_EVERY) return;
    this.#lastWritten = now;
    this.#out.write(`\r${text().slice(0, (this.#out.columns ?? 80) - 1)}\x1b[K`);
  }

  close(): void {
    if (this.#out.isTTY && this.#lastWritten > 0) this.#out.write('\r\x1b[K');
  }
}
