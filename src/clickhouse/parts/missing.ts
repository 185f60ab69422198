import { queryText } from '../sql.ts';
import type { PartEngine } from './part-rescue.ts';

/** A batch whose hits are not all in the store. */
export interface MissingBatch {
  readonly id: bigint;
  /** Its number of hits according to the ledger. */
  readonly hits: number;
  /** Its number of hits in the store. */
  readonly there: number;
  /** Times of its first and last hit, in milliseconds since 1970. */
  readonly first: number;
  readonly last: number;
}

/**
 * Ledger batches whose hits are not all in the store, although nothing of their time was purged or archived. Batches are
 * compacted a day after they are rolled up; after that, their single hit counts are unknown.
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
