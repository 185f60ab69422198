import { OperationDurations } from '../timing/operation-durations.ts';

/** Seconds: from a count of rolled-up hits to the limit of a query. */
const QUERY_BOUNDS = [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** Seconds: from a batch of one hit to one of many months on a busy machine. */
const INSERT_BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** How long a store takes, of whichever kind it is. */
export class StoreDurations {
  /** Reads, with the wait for a connection. */
  readonly queries = new OperationDurations(QUERY_BOUNDS);
  /** Inserts of one batch or several, with their verification; for a remote store, with the wait until it can be opened. */
  readonly inserts = new OperationDurations(INSERT_BOUNDS);
}
