import { HitError } from '../errors.ts';
import type { Spool } from '../spool/spool.ts';
import type { Rollups } from './rollups.ts';

/** What hits go through before they may leave the store. */
export interface Drainable {
  readonly spool: Pick<Spool, 'flush'>;
  readonly rollups: Pick<Rollups, 'rollUp'>;
}

/**
 * Resolves when all that was acknowledged is in the store and rolled up. With a store that is down that may take for ever.
 *
 * @throws HitError `interrupted` when the signal comes first; deliveries go on by themselves
 */
export async function drainAndRollUp({ spool, rollups }: Drainable, signal?: AbortSignal): Promise<void> {
  const { promise: interruption, reject } = Promise.withResolvers<never>();
  const interrupt = () => reject(new HitError('interrupted', 'interrupted before hits were in the store'));
  if (signal?.aborted) interrupt();
  signal?.addEventListener('abort', interrupt, { once: true });
  try {
    await Promise.race([spool.flush().then(() => rollups.rollUp()), interruption]);
  } finally {
    signal?.removeEventListener('abort', interrupt);
  }
}
