import { type MissingBatch, missingHits } from '../clickhouse/parts/missing.ts';
import { queryText } from '../clickhouse/sql.ts';
import { type Check, type Examined, error, ok, some } from './check.ts';

/** A batch that is not in the ledger. */
export interface UnknownBatch {
  readonly id: bigint;
  readonly hits: number;
  readonly isImport: boolean;
}

/** Whether the store has all hits of the ledger, and the ledger all batches of the store. */
export const ledger: Check = {
  name: 'ledger',
  async run(examined) {
    const [failing] = examined.running?.spool.failing ?? [];
    if (failing !== undefined) {
      return error(
        `batches in the spool cannot be delivered: ${failing}`,
        'fix the reported problem; nothing is lost while there is room in the spool',
      );
    }
    const { missing, unknown } = await stableLedgerDifferences(examined);
    if (missing.length > 0) {
      const hits = missing.reduce((sum, batch) => sum + batch.hits - batch.there, 0);
      return error(
        `${hits} hits of ${missing.length} batches are missing: ${some(missing.map(textOf))}`,
        '--repair delivers what is still in the spool, and restores from --archive; access logs can be imported again',
      );
    }
    if (unknown.length > 0) {
      const hits = unknown.reduce((sum, batch) => sum + batch.hits, 0);
      return error(
        `${hits} hits of ${unknown.length} batches are not in the ledger, and would not be rolled up`,
        '--repair enters them',
      );
    }
    return ok('every batch is complete');
  },
};

function textOf({ id, hits, there, first }: MissingBatch): string {
  return `${hits - there} of ${hits} of batch ${id} (from ${new Date(first).toISOString()})`;
}

/** Batches in `hits` that are not in the ledger. @throws HitError `store_unavailable` */
export async function unknownBatches(engine: Examined['engine']): Promise<UnknownBatch[]> {
  const rows = await engine.rows<Record<'id' | 'hits' | 'imported', string | number>>(
    queryText('ledger_unknown'),
  );
  return rows.map(({ id, hits, imported }) => ({
    ...{ id: BigInt(id), hits: Number(hits), isImport: Number(imported) === 1 },
  }));
}

/** With a running server, between two deliveries, since a batch is in `hits` before it is in the ledger. */
function stableLedgerDifferences({ engine, running }: Examined) {
  const look = async () => ({ missing: await missingHits(engine), unknown: await unknownBatches(engine) });
  return running ? running.spool.pauseDelivery(look) : look();
}
