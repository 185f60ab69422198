import type { Readable, Writable } from 'node:stream';
import type { Settings, Values } from '../settings/setting.ts';

/** Input and output of a command. Passed in, so that only `program.ts` uses the process. */
export interface Terminal {
  readonly stdin: Readable & { readonly isTTY?: boolean; setRawMode?(isRaw: boolean): unknown };
  readonly stdout: Writable & {
    readonly isTTY?: boolean;
    readonly columns?: number;
    readonly rows?: number;
    hasColors?(): boolean;
  };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  /**
   * For a command that has something to finish: aborted on SIGINT, SIGTERM or SIGHUP, or if its output is closed.
   * Until the command requests this signal, these signals end the process immediately.
   *
   * @param limit ends the process even if something hangs. Default: only a second signal does
   */
  interruption(limit?: StopLimit): AbortSignal;
}

/** How long a command may take to stop. */
export interface StopLimit {
  /** Milliseconds. */
  readonly timeout: number;
  /** Whether the embedded engine runs here: it does not survive an exit while it works. */
  readonly hasEngine: boolean;
}

/** One command of the command line. */
export interface Command<Specs extends Settings = Settings> {
  /** The usage text after the command's name in `--help`. */
  readonly usage: string;
  readonly settings: Specs;
  readonly examples: readonly string[];
  /** Runs the command; ends when it is done or interrupted. Errors are thrown as HitError. */
  run(values: Values<Specs>, positionals: readonly string[], terminal: Terminal): Promise<void>;
}
