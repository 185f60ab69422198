/**
 * Computes the visits of a store of a version without them, once, before the store is used.
 *
 * Hits are taken one stretch of hours at a time; a visit that continues in the next stretch is extended there. Batches that
 * are not rolled up yet are left to the usual steps. If the process dies, the next start begins again: watermarks are
 * written last, and without them the table is cleared first.
 */
import type { ClickHouseClient } from '@clickhouse/client';
import type { Dialect } from './dialect.ts';
import { timeRanges } from './rollup-conversion.ts';
import { inShares, shareSql } from './shares.ts';
import { queryText } from './sql.ts';
import { tableColumns } from './table-columns.ts';
import { visitStep, watermarkTuples } from './visit-step.ts';
import { coveredBy, readWatermarks } from './watermarks.ts';

/**
 * @param client runs one statement after another
 * @param onProgress called with a line now and then
 */
export async function convertVisits(
  client: ClickHouseClient,
  dialect: Dialect,
  onProgress: (message: string) => void,
): Promise<void> {
  const rows = async <Row>(query: string): Promise<Row[]> =>
    (await client.query({ query, format: 'JSONEachRow' })).json<Row>();
  const watermarks = readWatermarks(await rows(queryText('rollup_watermarks')));
  if (watermarks.size === 0) return;
  const covered = coveredBy(watermarks);
  const hours = await rows<{ hour: number | string; hits: number | string }>(
    queryText('convert_visits_hours', { covered }),
  );
  const all = hours.reduce((sum, { hits }) => sum + Number(hits), 0);
  onProgress(`upgrading: computing visits from ${all} hits, once`);
  await client.command({ query: queryText('visits_clear', {}, dialect) });
  const there = await tableColumns(client, 'visits');
  let converted = 0;
  for (const { from, to, hits } of timeRanges(hours)) {
    const during = `time >= toDateTime64(${from}, 3, 'UTC') AND time < toDateTime64(${to}, 3, 'UTC')`;
    await inShares(async (share) => {
      await client.command({
        query: visitStep(`${during} AND ${covered} AND ${shareSql(share)}`, new Map(), there),
      });
    });
    converted += hits;
    onProgress(`visits: ${converted} of ${all} hits`);
  }
  await client.command({ query: queryText('convert_visits_cutoffs') });
  await client.command({
    query: queryText('insert_visits_watermarks', { watermarks: watermarkTuples(watermarks) }),
  });
}
