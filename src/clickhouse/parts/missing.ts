import { queryText } from '../sql.ts';
import type { PartEngine } from './part-rescue.ts';

/** A batch of which the store does not have all hits. */
export interface MissingBatch {
  readonly id: bigint;
  /** Hits that it brought, by the ledger. */
  readonly hits: number;
  /** Hits of it that are in the store. */
  readonly there: number;
  /** Times of its first and last hit, in milliseconds since 1970. */
  readonly first: number;
  readonly last: number;
}

/**
 * Batches of the ledger whose hits are not all in the store, though nothing of their time was purged or archived. Of batches
 * that were compacted, a day after they were rolled up, nobody knows how many hits they had.
 *
 * @throws HitError `store_unavailable`
 */
export async function missingHits(engine: Pick<PartEngine, 'rows'>): Promise<MissingBatch[]> {
  const rows = await engine.rows<Record<'id' | 'hits' | 'there' | 'first' | 'last', string | number>>(
    queryText('ledger_missing'),
  );
  return rows.map(({ id, hits, there, first, last }) => ({
    ...{ id: BigInt(id), hits: Number(hits), there: Number(there) },
    ...{ first: Number(first), last: Number(last) },
  }));
}
