import { queryText } from '../clickhouse/sql.ts';
import { coveredBy, readWatermarks } from '../clickhouse/watermarks.ts';
import { type Check, error, ok } from './check.ts';

/** Whether the totals of a running server match its store. */
export const live: Check = {
  name: 'live counts',
  async run({ engine, running }) {
    if (!running?.live) return ok('no server is running on this folder');
    if (running.live.remote) return ok('they are shared by several nodes, and not compared');
    const total = async () => (await running.live!.read(undefined, [])).total.hits;
    if (running.spool.failing.length > 0) return ok('not compared while batches cannot be delivered');
    // Hits arrive meanwhile: the store then has at least those counted before the flush, and at most those counted after.
    const before = await total();
    await running.spool.flush();
    const stored = await storedTotal(engine);
    const after = await total();
    if (stored >= before && stored <= after) return ok(`${stored} hits, as in the store`);
    return error(
      `live counts say ${before} hits, and the store has ${stored}`,
      'repair the other problems first, then restart the server: it rebuilds its counts from the store',
    );
  },
};

async function storedTotal(engine: { rows<Row>(text: string): Promise<Row[]> }): Promise<number> {
  const watermarks = readWatermarks(
    await engine.rows<{ writer: string; last: string }>(queryText('rollup_watermarks')),
  );
  const rows = await engine.rows<{ hits: string | number }>(
    queryText('live_totals', { oldest: 'toUInt64(0)', covered: coveredBy(watermarks) }),
  );
  return rows.reduce((sum, { hits }) => sum + Number(hits), 0);
}
