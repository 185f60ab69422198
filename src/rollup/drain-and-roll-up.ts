import { HitError } from '../errors.ts';
import type { Spool } from '../spool/spool.ts';
import type { Rollups } from './rollups.ts';

/** The stages that hits must pass before they may leave the store. */
export interface Drainable {
  readonly spool: Pick<Spool, 'flush'>;
  readonly rollups: Pick<Rollups, 'rollUp'>;
}

/**
 * Resolves when all acknowledged hits are in the store and rolled up.
 *
 * @throws HitError `store_unavailable` if the store does not take them; `interrupted` if the signal aborts first. Deliveries
 *   continue in the background
 */
export async function drainAndRollUp({ spool, rollups }: Drainable, signal?: AbortSignal): Promise<void> {
  const { promise: interruption, reject } = Promise.withResolvers<never>();
  const interrupt = () => reject(new HitError('interrupted', 'interrupted before hits were in the store'));
  if (signal?.aborted) interrupt();
  signal?.addEventListener('abort', interrupt, { once: true });
  try {
    await Promise.race([spool.flush({ mayFail: true }).then(() => rollups.rollUp()), interruption]);
  } finally {
    signal?.removeEventListener('abort', interrupt);
  }
}
