import type { Readable, Writable } from 'node:stream';
import type { Settings, Values } from '../settings/setting.ts';

/** Where a command reads and writes. Handed in, so that nothing but `program.ts` knows the process. */
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
   * For a command that has something to finish: aborted when it is to end, by SIGINT or SIGTERM, or since nobody reads
   * what it writes. Until it is asked for, these signals end the process there and then.
   */
  interruption(): AbortSignal;
}

/** One command of the command line. */
export interface Command<Specs extends Settings = Settings> {
  readonly summary: string;
  /** What follows the command's name in `--help`. */
  readonly usage: string;
  readonly settings: Specs;
  readonly examples: readonly string[];
  /** Does the work; ends when it is done or interrupted. Faults are thrown as HitError. */
  run(values: Values<Specs>, positionals: readonly string[], terminal: Terminal): Promise<void>;
}
