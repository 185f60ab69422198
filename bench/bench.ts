import type { Findings } from './results.ts';

export interface BenchOptions {
  /** A run of a few seconds, to check that everything works: its figures mean little. */
  readonly quick: boolean;
  /** Reports progress. */
  readonly log: (line: string) => void;
}

/**
 * Answers one question by measuring.
 *
 * @returns undefined if a required program is missing, which it reports
 * @throws Error if a result is wrong
 */
export type Bench = (options: BenchOptions) => Promise<Findings | undefined>;

/** @throws Error with what was wrong */
export function check(right: boolean, wrong: string): void {
  if (!right) throw new Error(`not right, hence not worth measuring: ${wrong}`);
}
