/** Bounds of the spool, but for the one that an owner sets. */

/** Bytes of hits that may wait in memory for a disk that hangs. */
export const PENDING_BYTES = 64 * 1024 * 1024;

/** Milliseconds after which a segment is finished, if the sink is idle: under load batches grow by themselves. */
export const SEAL_AFTER = 1000;
/** Bytes at which a segment is finished in any case. */
export const SEAL_BYTES = 32 * 1024 * 1024;
/** Bytes on disk at which whole batches wait: hits cannot wait, and need the room and a short queue. */
export const BATCH_BYTES = 64 * 1024 * 1024;
