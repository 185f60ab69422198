import { HitError } from '../errors.ts';
import type { Spool } from './spool.ts';

/**
 * Watches an import whose batches the store may refuse.
 *
 * @returns waits until all batches are delivered; throws HitError `import_failed` if some were set aside
 */
export function importRefusals(spool: Pick<Spool, 'flush' | 'quarantine'>): () => Promise<void> {
  const known = new Set(spool.quarantine.batches);
  return async () => {
    await spool.flush();
    const refused = spool.quarantine.batches.filter(
      (batch) => batch.name.state === 'noted' && !known.has(batch),
    );
    if (refused.length === 0) return;
    throw new HitError(
      'import_failed',
      `the store refused ${refused.length} batches, whose lines are missing (${refused[0]!.reason}): remove the cause, and import the log again, which adds them`,
    );
  };
}
