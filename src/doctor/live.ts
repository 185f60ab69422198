import { queryText } from '../clickhouse/sql.ts';
import { coveredBy, readWatermarks } from '../clickhouse/watermarks.ts';
import type { Live } from '../live/live.ts';
import { type Check, type Examined, error, type LiveComparison, ok } from './check.ts';
import { quarantinedHits } from './quarantine.ts';

/** Whether the totals of a running server match its store. */
export const live: Check = {
  name: 'live counts',
  async run({ engine, running }) {
    if (!running?.live) return ok('no server is running on this folder');
    return running.live(engine, running.spool);
  },
};

/** Of counts that a node keeps itself. */
export function ownCounts(counts: Pick<Live, 'read'>): LiveComparison {
  return async (engine, spool) => {
    const total = async () => (await counts.read(undefined, [])).total.hits;
    if (spool.failing.length > 0) return ok('not compared while batches cannot be delivered');
    // Hits arrive meanwhile: the store then has at least those counted before the flush, and at most those counted after.
    const before = await total();
    await spool.flush();
    const stored = (await storedTotal(engine)) + (await quarantinedHits(spool));
    const after = await total();
    if (stored >= before && stored <= after) return ok(`${stored} hits, the same as in the store`);
    return error(
      `live counts have ${before} hits, and the store has ${stored}`,
      'repair the other problems first, then restart the server: it rebuilds its counts from the store',
    );
  };
}

/** Of counts that nodes share, which have hits of other stores. */
export const sharedCounts: LiveComparison = async () => ok('not compared, since several nodes share them');

async function storedTotal(engine: Examined['engine']): Promise<number> {
  const watermarks = readWatermarks(
    await engine.rows<{ writer: string; last: string }>(queryText('rollup_watermarks')),
  );
  const rows = await engine.rows<{ hits: string | number }>(
    queryText('live_totals', { oldest: 'toUInt64(0)', covered: coveredBy(watermarks) }),
  );
  return rows.reduce((sum, { hits }) => sum + Number(hits), 0);
}
