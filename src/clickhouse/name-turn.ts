import type { ClickHouseError } from '@clickhouse/client';
import { Backoff } from '../timing/backoff.ts';
import { pause } from '../timing/pause.ts';

/** Milliseconds between two attempts: a running statement may end soon, or take minutes. */
const DELAYS = { first: 20, longest: 500 };

/**
 * Runs a statement with a query id once no other with this id is running: a server rejects a second one. The other belongs to
 * another node, or to this process, if its response was lost. It takes time in proportion to its hits, so only `signal` bounds
 * the wait.
 *
 * @param signal stops waiting, but not a running statement: then the last rejection is thrown
 * @throws the error of the statement
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

/** The client removes the name of an error from its message. A fault of the store has the error as its cause. */
function isNameTaken(error: unknown): boolean {
  const { type, cause } = error as Partial<ClickHouseError>;
  return type === 'QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING' || (cause instanceof Error && isNameTaken(cause));
}
