import { existsSync } from 'node:fs';
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

/** Whether batches are set aside, since the store refuses them. */
export const quarantine: Check = {
  name: 'quarantine',
  async run({ dataDir }) {
    const batches = await quarantinedIn(join(dataDir, 'spool'));
    if (batches.length === 0) return ok('no batch is set aside');
    const hits = batches.reduce((sum, batch) => sum + batch.hits, 0);
    return error(
      `${batches.length} batches with ${hits} hits are set aside: ${some(batches.map(reasonOf))}`,
      'remove the cause; import logs again whose batches are set aside, and delete these; then run this with --requeue',
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
  const requeued = await spool.requeue(async (batch) => {
    if (batch.name.run === spool.writer) return;
    for (const hit of countedHits(batch, await readFile(batch.path))) countLate(hit);
  });
  const isOver = await waitUpTo(
    DELIVERY,
    spool.flush().then(() => true),
  );
  const left = spool.quarantine.batches.map((batch) => ({
    what: `${batch.hits} hits stay set aside: ${reasonOf(batch)}`,
    done: false,
  }));
  const taken = requeued.filter(
    ({ segment, missing }) => !missing.some((sink) => spool.quarantine.has(sink, segment)),
  );
  if (taken.length === 0) return left;
  const hits = taken.reduce((sum, { segment }) => sum + segment.hits, 0);
  const what = `${taken.length} batches with ${hits} hits that were set aside`;
  if (isOver) return [{ what: `${what} were delivered again`, done: true }, ...left];
  return [{ what: `${what} wait in the spool until they can be delivered`, done: false }, ...left];
}

/**
 * Number of hits of batches of this run that are set aside: live counts have them, and the store does not. Those whose file the
 * operator deleted are lost, and so not among them.
 */
export async function quarantinedHits({
  quarantine,
  writer,
}: Pick<Spool, 'quarantine' | 'writer'>): Promise<number> {
  let hits = 0;
  for (const batch of quarantine.batches.filter(({ name, path }) => name.run === writer && existsSync(path)))
    for (const _ of countedHits(batch, await readFile(batch.path))) hits++;
  return hits;
}

/** The hits of a batch that are counted. @param rows the content of its file */
function* countedHits({ name }: QuarantinedBatch, rows: Buffer): Generator<CountedHit> {
  for (const hit of readRows(rows, name.layout)) if (isCounted(hit)) yield hit;
}

function reasonOf({ sink, name, reason }: QuarantinedBatch): string {
  const refused = reason === '' ? `${sink} refused them` : `${sink}: ${reason}`;
  return name.state === 'noted' ? `${refused} (of an import: import its log again)` : refused;
}
