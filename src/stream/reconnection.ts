import { messageOf } from '../errors.ts';
import { Backoff, type Delays } from '../timing/backoff.ts';
import { pause } from '../timing/pause.ts';
import { streamFault } from './kafka.ts';

export interface ReconnectionOptions {
  /** Milliseconds between attempts. A connection that lasted for the longest delay was no failure. */
  readonly delays: Delays;
  readonly signal: AbortSignal;
  /** Called with the error's message, and the delay before the next attempt in milliseconds. */
  readonly onFault: (message: string, delay: number) => void;
}

/**
 * Works on a connection, and on a new one whenever it fails, until the signal is aborted.
 *
 * @param work on one connection; it ends by an error, or because the signal is aborted
 */
export async function reconnecting(
  { delays, signal, onFault }: ReconnectionOptions,
  work: () => Promise<void>,
): Promise<void> {
  const backoff = new Backoff(delays);
  while (!signal.aborted) {
    const began = Date.now();
    try {
      await work();
    } catch (error) {
      if (signal.aborted) return;
      if (Date.now() - began > delays.longest) backoff.reset();
      const delay = backoff.next();
      onFault(messageOf(streamFault(error)), delay);
      await pause(delay, signal);
    }
  }
}
