import type { ImportProgress } from '../logs/importer.ts';
import type { Terminal } from './command.ts';

/** Milliseconds between two drawings. */
const PACE = 100;

/** A line that is drawn over itself on a terminal, and not at all elsewhere. */
export class ProgressLine {
  readonly #out: Terminal['stderr'];
  readonly #name: string;
  readonly #size: number | undefined;
  readonly #started = performance.now();
  #drawn = Number.NEGATIVE_INFINITY;

  /** @param size of the whole, in bytes; undefined if nobody knows */
  constructor(out: Terminal['stderr'], name: string, size: number | undefined) {
    this.#out = out;
    this.#name = name;
    this.#size = size;
  }

  show({ bytes, lines }: ImportProgress): void {
    const now = performance.now();
    if (!this.#out.isTTY || now - this.#drawn < PACE) return;
    this.#drawn = now;
    const seconds = (now - this.#started) / 1000;
    const text = progressText({ name: this.#name, size: this.#size, bytes, lines, seconds });
    this.#out.write(`\r${text.slice(0, (this.#out.columns ?? 80) - 1)}\x1b[K`);
  }

  close(): void {
    if (this.#out.isTTY && this.#drawn > 0) this.#out.write('\r\x1b[K');
  }
}

/** `access.log  42 %  1,234,567 lines  512,000 lines/s  3 s left` */
export function progressText(state: {
  readonly name: string;
  readonly size: number | undefined;
  readonly bytes: number;
  readonly lines: number;
  readonly seconds: number;
}): string {
  const number = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
  const parts = [state.name];
  if (state.size !== undefined && state.size > 0) {
    parts.push(`${number.format(Math.min(100, (100 * state.bytes) / state.size))} %`);
  }
  parts.push(`${number.format(state.lines)} lines`);
  parts.push(`${number.format(state.lines / Math.max(state.seconds, 0.001))} lines/s`);
  if (state.size !== undefined && state.bytes > 0) {
    const left = (state.seconds * Math.max(0, state.size - state.bytes)) / state.bytes;
    parts.push(`${number.format(left)} s left`);
  }
  return parts.join('  ');
}
