import { HitError, messageOf } from '../errors.ts';
import { PENDING_BYTES } from './bounds.ts';
import type { CommitBuffer } from './commit-buffer.ts';
import type { SpoolOptions } from './spool-options.ts';

/** Seconds after which a rejected sender may retry. */
const RETRY_AFTER = 5;

/** The error for the sender if a write to disk fails. */
export function writeFault(what: string, error: unknown): HitError {
  return new HitError('spool_failed', `${what} could not be written: ${messageOf(error)}`, {
    cause: error,
    retryAfter: RETRY_AFTER,
  });
}

/** Writes of groups that fail. A full disk rejects thousands, and may hold the log too: so their begin and their end are logged. */
export class WriteFaults {
  readonly #log: Pick<SpoolOptions['log'], 'info' | 'error'>;
  #isFailing = false;

  constructor(log: Pick<SpoolOptions['log'], 'info' | 'error'>) {
    this.#log = log;
  }

  /** @returns the error for the senders of the group */
  add(error: unknown): HitError {
    const fault = writeFault('the hit', error);
    if (!this.#isFailing) this.#log.error(`spool: hits are refused: ${fault.message}`);
    this.#isFailing = true;
    return fault;
  }

  /** A group was written. */
  end(): void {
    if (this.#isFailing) this.#log.info('spool: hits are accepted again');
    this.#isFailing = false;
  }
}

/**
 * Why a hit is rejected; undefined if there is room.
 *
 * @param group that is being collected
 * @param stored bytes on disk
 */
export function refusal(
  isClosed: boolean,
  { bytes: pending, isStalled }: Pick<CommitBuffer, 'bytes' | 'isStalled'>,
  stored: number,
  { maxBytes }: Pick<SpoolOptions, 'maxBytes'>,
): HitError | undefined {
  if (isClosed) return closedFault();
  if (isStalled) return slowDisk();
  if (pending > PENDING_BYTES) return full('the disk cannot keep up');
  if (stored + pending < maxBytes) return undefined;
  return full(`the spool holds ${maxBytes} bytes that the store has not accepted yet (--spool-max)`);
}

export function slowDisk(): HitError {
  return full('the disk does not answer');
}

export function closedFault(): HitError {
  return full('the server is closing');
}

function full(message: string): HitError {
  return new HitError('spool_full', message, { retryAfter: RETRY_AFTER });
}
