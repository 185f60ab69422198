/** Limits of the spool, except the one that the operator sets. */

/** Maximum bytes of hits that wait in memory while the disk hangs. */
export const PENDING_BYTES = 64 * 1024 * 1024;

/** Milliseconds after which new hits are refused because a commit group is still being written: they would wait longer. */
export const LONGEST_WRITE = 1000;
/** Milliseconds after which a segment is finished if the sink is idle. Under load, batches grow larger. */
export const SEAL_AFTER = 1000;
/** Bytes at which a segment is always finished, by default. */
export const SEAL_BYTES = 32 * 1024 * 1024;
/** Bytes on disk at which whole batches wait. Hits cannot wait, so they need free space and a short queue. */
export const BATCH_BYTES = 64 * 1024 * 1024;

/** Whether a segment must be finished. @param isIdle whether the sinks wait for one */
export function isComplete(
  segment: { readonly bytes: number; readonly opened: number } | undefined,
  isIdle: boolean,
  most = SEAL_BYTES,
): boolean {
  if (!segment) return false;
  return segment.bytes >= most || (isIdle && Date.now() - segment.opened >= SEAL_AFTER);
}
