import { HitError, messageOf } from '../errors.ts';

/** Seconds after which whoever was refused may come again. */
export const RETRY_AFTER = 5;

/** What its sender is told of something that the disk did not take. */
export function writeFault(what: string, error: unknown): HitError {
  return new HitError('spool_failed', `${what} could not be written: ${messageOf(error)}`, {
    cause: error,
    retryAfter: RETRY_AFTER,
  });
}
