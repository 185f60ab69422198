import type { Segment } from './segment.ts';

/**
 * Where the spool drains to: a database, a broker.
 *
 * - Order: segments come one at a time, oldest first; the next only when the last is settled.
 * - Retry: `deliver` may be called again with a segment that was delivered already, since the process may die between
 *   the two; it must then change nothing. `segment.id` tells.
 * - Failure: it throws, and is asked again after a pause, without end. Nothing is lost meanwhile.
 */
export interface Sink {
  readonly name: string;
  deliver(segment: Segment): Promise<void>;
}
