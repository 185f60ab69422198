import type { Segment } from './segment.ts';

/**
 * Destination of the spool: a database or a broker.
 *
 * - Order: segments are delivered one at a time, oldest first; the next only when the last has settled.
 * - Retry: `deliver` may be called again with a segment that is already delivered, since the process may die before it
 *   records that. `deliver` must be idempotent: `segment.id` identifies the batch.
 * - Failure: `deliver` throws a `HitError`, and is retried after a pause, without limit. Nothing is lost meanwhile. A segment
 *   that cannot be read whole leaves nothing behind, and the sink takes the next one all the same.
 * - Rejection: `batch_rejected` means that the sink works, and refuses this segment for its own sake, so that retries do not help.
 *   Nothing of the segment is in the sink then, so that it may come again later, with another id. It is set aside after a few
 *   attempts.
 * - Layouts: rows of every released layout are taken; those of an unknown one are refused with `data_dir_newer`.
 * - Close: the owner that opened a sink closes it, after the last delivery. One that is closed nevertheless while it delivers ends
 *   the delivery, with an error or without; the next start delivers the segment again.
 *
 * The contract of all sinks is test/contracts/sink.ts.
 */
export interface Sink {
  readonly name: string;
  deliver(segment: Segment): Promise<void>;
}
