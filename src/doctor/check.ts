import type { PartEngine } from '../clickhouse/parts/part-rescue.ts';
import type { Spool } from '../spool/spool.ts';

/** The result of a check. */
export interface Finding {
  /** Name of the check. */
  readonly check: string;
  readonly result: 'ok' | 'warning' | 'error';
  /** The state, or the problem, in one line. */
  readonly message: string;
  /** How to fix it. */
  readonly mend?: string;
}

/** What the checks examine. They change none of it. */
export interface Examined {
  /** Runs queries of the store. */
  readonly engine: Pick<PartEngine, 'rows' | 'dialect'>;
  readonly isEmbedded: boolean;
  /** Absolute path of the data folder. */
  readonly dataDir: string;
  /** Limit of the spool, in bytes. */
  readonly spoolMax: number;
  /** The state of a server that runs on the folder. */
  readonly running?: {
    /** Compares its live counts with the store; undefined if it keeps none. */
    readonly live: LiveComparison | undefined;
    readonly spool: RunningSpool;
  };
}

type RunningSpool = Pick<Spool, 'flush' | 'pauseDelivery' | 'failing' | 'quarantine' | 'writer'>;

/** Compares live counts with the store: see doctor/live.ts. */
export type LiveComparison = (
  engine: Examined['engine'],
  spool: RunningSpool,
) => Promise<Omit<Finding, 'check'>>;

/** Examines one thing. An error that it throws is reported as a finding. */
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

/** At most five names, for one line. */
export function some(things: readonly string[]): string {
  return `${things.slice(0, 5).join(', ')}${things.length > 5 ? `, and ${things.length - 5} more` : ''}`;
}
