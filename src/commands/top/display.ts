import type { Terminal } from '../command.ts';
import { keysOf } from './view.ts';

const CLEAR = '\x1b[2J';
/** Lines do not wrap: a character that is wider in this terminal pushes nothing into the next line. */
const ENTER = `\x1b[?1049h\x1b[?25l\x1b[?7l${CLEAR}`;
const LEAVE = '\x1b[?7h\x1b[?25h\x1b[?1049l';
/** Synchronised output: a terminal that supports it draws nothing between these, so that no partial frame is visible. */
const [BEGIN, END] = ['\x1b[?2026h', '\x1b[?2026l'];

/** Controls the whole terminal while open: keys arrive one by one, and unchanged lines are not written. */
export class Display implements Disposable {
  readonly #terminal: Terminal;
  readonly #onKey: (text: string) => void;
  readonly #onResize: () => void;
  /** The shown lines; undefined after a resize, since terminals treat lines differently then. */
  #lines: readonly string[] | undefined = [];

  constructor(terminal: Terminal, on: { key: (key: string) => void; resize: () => void }) {
    this.#terminal = terminal;
    this.#onKey = (text) => {
      for (const key of keysOf(text)) on.key(key);
    };
    this.#onResize = () => {
      this.#lines = undefined;
      on.resize();
    };
    const { stdin, stdout } = terminal;
    stdin.setRawMode?.(true);
    stdin.setEncoding('utf8').on('data', this.#onKey).resume();
    stdout.on('resize', this.#onResize);
    stdout.write(ENTER);
  }

  get size(): { columns: number; rows: number } {
    const { columns = 80, rows = 24 } = this.#terminal.stdout;
    return { columns, rows };
  }

  draw(lines: readonly string[]): void {
    const shown = this.#lines;
    const changed = lines.flatMap((line, row) =>
      line === shown?.[row] ? [] : [`\x1b[${row + 1};1H${line}`],
    );
    this.#lines = lines;
    if (changed.length > 0)
      this.#terminal.stdout.write(BEGIN + (shown ? '' : CLEAR) + changed.join('') + END);
  }

  [Symbol.dispose](): void {
    const { stdin, stdout } = this.#terminal;
    stdin.off('data', this.#onKey);
    stdout.off('resize', this.#onResize);
    stdin.setRawMode?.(false);
    stdin.pause();
    stdout.write(LEAVE);
  }
}
