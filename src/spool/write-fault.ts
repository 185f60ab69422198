import { HitError, messageOf } from '../errors.ts';
import { PENDING_BYTES } from './bounds.ts';

/** Seconds after which a rejected sender may retry. */
const RETRY_AFTER = 5;

/** The error for the sender if a write to disk fails. */
export function writeFault(what: string, error: unknown): HitError {
  return new HitError('spool_failed', `${what} could not be written: ${messageOf(error)}`, {
    cause: error,
    retryAfter: RETRY_AFTER,
  });
}

/**
 * Why a hit is rejected; undefined if there is room.
 *
 * @param pending bytes in memory
 * @param stored bytes on disk
 */
export function diskFullFault(
  isClosed: boolean,
  pending: number,
  stored: number,
  maxBytes: number,
): HitError | undefined {
  if (isClosed) return closedFault();
  if (pending > PENDING_BYTES) return full('the disk cannot keep up');
  if (stored + pending < maxBytes) return undefined;
  return full(`the spool holds ${maxBytes} bytes that the store has not accepted yet (--spool-max)`);
}

export function closedFault(): HitError {
  return full('the server is closing');
}

function full(message: string): HitError {
  return new HitError('spool_full', message, { retryAfter: RETRY_AFTER });
}
