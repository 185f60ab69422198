import type { Findings } from './results.ts';

export interface BenchOptions {
  /** A run of seconds, to see that everything works: its figures mean little. */
  readonly quick: boolean;
  /** Tells what is going on. */
  readonly log: (line: string) => void;
}

/**
 * Answers one question by measuring.
 *
 * @returns undefined if a program is missing without which there is no answer; which one was told then
 * @throws Error if what was measured is not right
 */
export type Bench = (options: BenchOptions) => Promise<Findings | undefined>;

/** @throws Error that says what was wrong */
export function check(right: boolean, wrong: string): void {
  if (!right) throw new Error(`not right, hence not worth measuring: ${wrong}`);
}
