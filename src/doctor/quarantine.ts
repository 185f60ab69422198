import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isCounted } from '../hit/hit.ts';
import type { CountedHit } from '../live/live.ts';
import { readRows } from '../rows/row-reader.ts';
import { type QuarantinedBatch, quarantinedIn } from '../spool/quarantine.ts';
import type { Spool } from '../spool/spool.ts';
import { waitUpTo } from '../timing/time-limit.ts';
import { type Check, error, ok, some } from './check.ts';
import type { Repair } from './repair.ts';

/** Milliseconds that requeued batches may take to be delivered, or refused again. */
const DELIVERY = 60_000;

/** Whether batches are set aside, since the store or Kafka refuses them. */
export const quarantine: Check = {
  name: 'quarantine',
  async run({ dataDir }) {
    const batches = await quarantinedIn(join(dataDir, 'spool'));
    if (batches.length === 0) return ok('no batch is set aside');
    const hits = batches.reduce((sum, batch) => sum + batch.hits, 0);
    return error(
      `${batches.length} batches with ${hits} hits are set aside: ${some(batches.map(reasonOf))}`,
      'remove the cause, then run this with --requeue; import logs again whose batches are set aside, and delete these',
    );
  },
};

/**
 * Delivers batches that are set aside again, and waits for it.
 *
 * @param countLate counts a hit that the live counts of this process do not have, as an earlier one accepted it
 */
export async function requeue(
  spool: Pick<Spool, 'requeue' | 'quarantine' | 'flush' | 'writer'>,
  countLate: (hit: CountedHit) => void = () => undefined,
): Promise<Repair[]> {
  const requeued = await spool.requeue(async ({ name, path }) => {
    if (name.run === spool.writer) return;
    for (const hit of readRows(await readFile(path), name.layout)) if (isCounted(hit)) countLate(hit);
  });
  await waitUpTo(DELIVERY, spool.flush());
  const left = spool.quarantine.batches.map((batch) => ({
    what: `${batch.hits} hits stay set aside: ${reasonOf(batch)}`,
    done: false,
  }));
  const hits = requeued.reduce((sum, batch) => sum + batch.hits, 0);
  const what = `${requeued.length} batches with ${hits} hits that were set aside were delivered again`;
  return requeued.length === 0 ? left : [{ what, done: true }, ...left];
}

function reasonOf({ sink, name, reason }: QuarantinedBatch): string {
  const refused = reason === '' ? `${sink} refused them` : `${sink}: ${reason}`;
  return name.state === 'noted' ? `${refused} (of an import: import its log again)` : refused;
}
