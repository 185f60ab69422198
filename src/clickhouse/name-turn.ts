import type { ClickHouseError } from '@clickhouse/client';
import { Backoff } from '../timing/backoff.ts';
import { pause } from '../timing/pause.ts';

/** Milliseconds between two tries: a running statement may end at once, or take minutes. */
const DELAYS = { first: 20, longest: 500 };

/**
 * Runs a statement that has a name, when no other of this name runs: a server refuses a second one. That is another node's,
 * or an earlier one of this process, whose answer was lost. How long it takes depends on its hits, so only `signal` bounds
 * the wait.
 *
 * @param signal stops waiting, but not a running statement: the last refusal is thrown
 * @throws what the statement throws
 */
export async function inTurn<Result>(run: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
  const backoff = new Backoff(DELAYS, Math.random);
  for (;;) {
    try {
      return await run();
    } catch (error) {
      if (!isNameTaken(error)) throw error;
      await pause(backoff.next(), signal);
      if (signal.aborted) throw error;
    }
  }
}

/** The client takes the name of an error out of its message. A fault of the store has the error as its cause. */
function isNameTaken(error: unknown): boolean {
  const { type, cause } = error as Partial<ClickHouseError>;
  return type === 'QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING' || (cause instanceof Error && isNameTaken(cause));
}
