import type { ArchiveProgress } from '../store/archive/archiver.ts';
import type { Terminal } from './command.ts';

/** Milliseconds between two drawings. */
const PACE = 100;

/** How a work goes that takes day after day: a line that is drawn over itself on a terminal, and not at all elsewhere. */
export class DayProgress {
  readonly #out: Terminal['stderr'];
  #drawn = Number.NEGATIVE_INFINITY;

  private constructor(out: Terminal['stderr']) {
    this.#out = out;
  }

  /** Shows the progress of a work until it ends. */
  static async during<Result>(
    { stderr }: Terminal,
    work: (onProgress: (progress: ArchiveProgress) => void) => Promise<Result>,
  ): Promise<Result> {
    const line = new DayProgress(stderr);
    try {
      return await work((progress) => line.#show(progress));
    } finally {
      line.#close();
    }
  }

  #show(progress: ArchiveProgress): void {
    const now = performance.now();
    if (!this.#out.isTTY || now - this.#drawn < PACE) return;
    this.#drawn = now;
    this.#out.write(`\r${dayProgressText(progress).slice(0, (this.#out.columns ?? 80) - 1)}\x1b[K`);
  }

  #close(): void {
    if (this.#out.isTTY && this.#drawn > 0) this.#out.write('\r\x1b[K');
  }
}

/** `42 of 140 days  30 %  1,234,567 hits` */
function dayProgressText({ done, days, rows }: ArchiveProgress): string {
  const number = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
  const percent = number.format((100 * done) / Math.max(1, days));
  return `${number.format(done)} of ${number.format(days)} days  ${percent} %  ${number.format(rows)} hits`;
}
