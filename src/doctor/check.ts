import type { Live } from '../live/live.ts';
import type { Spool } from '../spool/spool.ts';

/** What a check found. */
export interface Finding {
  /** Name of the check. */
  readonly check: string;
  readonly result: 'ok' | 'warning' | 'error';
  /** What is there, or what is wrong, in one line. */
  readonly message: string;
  /** How to mend it. */
  readonly mend?: string;
}

/** What is examined. Nothing of it is changed. */
export interface Examined {
  /** Runs queries of the store. */
  readonly engine: { rows<Row>(text: string): Promise<Row[]> };
  readonly isEmbedded: boolean;
  /** Absolute path of the data folder. */
  readonly dataDir: string;
  /** Bytes of hits that may wait in the spool. */
  readonly spoolMax: number;
  /** Of a server that runs on the folder: what it counts. */
  readonly running?: {
    readonly live: Live | undefined;
    readonly spool: Pick<Spool, 'flush' | 'pauseDelivery' | 'failing'>;
  };
}

/** Looks at one thing. A fault that it throws is an error that was found. */
export interface Check {
  readonly name: string;
  run(examined: Examined): Promise<Omit<Finding, 'check'>>;
}

export function ok(message: string): Omit<Finding, 'check'> {
  return { result: 'ok', message };
}

export function warning(message: string, mend: string): Omit<Finding, 'check'> {
  return { result: 'warning', message, mend };
}

export function error(message: string, mend: string): Omit<Finding, 'check'> {
  return { result: 'error', message, mend };
}

/** At most five of some things, for a line. */
export function some(things: readonly string[]): string {
  return `${things.slice(0, 5).join(', ')}${things.length > 5 ? `, and ${things.length - 5} more` : ''}`;
}
