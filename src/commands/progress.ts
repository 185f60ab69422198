import type { ImportProgress } from '../logs/import-progress.ts';
import { numberText, wholeText } from '../report/number-text.ts';
import type { Terminal } from './command.ts';
import { StatusLine } from './status-line.ts';

/** Progress of the import of one log. */
export class ProgressLine {
  readonly #line: StatusLine;
  readonly #name: string;
  readonly #size: number | undefined;
  readonly #started = performance.now();

  /** @param size of the whole log, in bytes; undefined if unknown */
  constructor(out: Terminal['stderr'], name: string, size: number | undefined) {
    this.#line = new StatusLine(out);
    this.#name = name;
    this.#size = size;
  }

  show({ bytes, lines }: ImportProgress): void {
    const seconds = (performance.now() - this.#started) / 1000;
    this.#line.show(() => progressText({ name: this.#name, size: this.#size, bytes, lines, seconds }));
  }

  close(): void {
    this.#line.close();
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
  const parts = [state.name];
  if (state.size !== undefined && state.size > 0) {
    parts.push(`${wholeText(Math.min(100, (100 * state.bytes) / state.size))} %`);
  }
  parts.push(`${wholeText(state.lines)} lines`);
  parts.push(`${wholeText(state.lines / Math.max(state.seconds, 0.001))} lines/s`);
  if (state.size !== undefined && state.bytes > 0) {
    const left = (state.seconds * Math.max(0, state.size - state.bytes)) / state.bytes;
    parts.push(`${wholeText(left)} s left`);
  }
  return parts.join('  ');
}

/** A line on a terminal that is redrawn in place. */
export function printRolledUp(hits: number, { stderr }: Pick<Terminal, 'stderr'>): void {
  if (stderr.isTTY) stderr.write(`\r${numberText(hits)} hits rolled up\x1b[K`);
}
