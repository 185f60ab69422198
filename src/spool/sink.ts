import type { Segment } from './segment.ts';

/**
 * Destination of the spool: a database or a broker.
 *
 * - Order: segments are delivered one at a time, oldest first; the next only when the last has settled.
 * - Retry: `deliver` may be called again with a segment that is already delivered, since the process may die before it
 *   records that. `deliver` must be idempotent: `segment.id` identifies the batch.
 * - Failure: `deliver` throws, and is retried after a pause, without limit. Nothing is lost meanwhile.
 */
export interface Sink {
  readonly name: string;
  deliver(segment: Segment): Promise<void>;
}
