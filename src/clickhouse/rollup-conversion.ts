/**
 * Converts a store of a version without a ledger, once, before the store is used.
 *
 * Those versions used the last batch of each writer as its watermark, although batches did not arrive in the order of their
 * ids: late hits with a small id were never rolled up. So the rollups are rebuilt from the hits. Purged hits are only in the
 * old rollups, so rollups from before a site's retention cutoff stay, with the hours that totals and windows are restored from.
 * These hours come from the old table `hit_counts`.
 *
 * The conversion may be killed at any moment; the next start runs it again:
 *
 * 1. Rollups to be rebuilt are deleted. One part then inserts what is kept in another form, with a receipt of this step.
 * 2. Hits are rolled up one stretch of hours at a time, oldest first. The part of each stretch contains its receipt.
 * 3. Watermarks and ledger entries for all writers follow; writing them twice changes nothing.
 */
import type { ClickHouseClient } from '@clickhouse/client';
import type { Dialect } from './dialect.ts';
import { DIMENSIONS } from './dimension.ts';
import { isOutOfMemory } from './faults.ts';
import { rollupFragments, rollupGroups } from './rollup-groups.ts';
import { EVERYBODY, shareSql } from './shares.ts';
import { queryText } from './sql.ts';
import { insertStaged, runnerOf } from './staged-insert.ts';
import { tableColumns } from './table-columns.ts';
import { watermarkTuples } from './visit-step.ts';
import { coveredBy, readWatermarks } from './watermarks.ts';

/** Maximum hits of a stretch: they are grouped in memory. */
const MOST_HITS = 1_000_000;
const HOUR_SECONDS = 3600;
const BEGUN = 'converted';

/** Hours whose hits are rolled up together, in seconds since 1970. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly hits: number;
}

/**
 * @param client runs one statement after another
 * @param onProgress called with a line now and then
 */
export async function convertRollups(
  client: ClickHouseClient,
  dialect: Dialect,
  onProgress: (message: string) => void,
): Promise<void> {
  const rows = async <Row>(query: string): Promise<Row[]> =>
    (await client.query({ query, format: 'JSONEachRow' })).json<Row>();
  const receipts = async () =>
    new Set((await rows<{ value: string }>(queryText('convert_receipts'))).map(({ value }) => value));
  const run = (query: string, fragments: Record<string, string>) =>
    client.command({ query: queryText(query, fragments, dialect) });

  const hours = await rows<{ hour: number | string; hits: number | string }>(queryText('convert_hours'));
  const all = hours.reduce((sum, { hits }) => sum + Number(hits), 0);
  const old = readWatermarks(await rows(queryText('rollup_watermarks')));
  if (all === 0 && old.size === 0) return;
  onProgress(
    `upgrading: rebuilding rollups from ${all} hits, once; this fixes counts that earlier versions missed`,
  );
  if (!(await receipts()).has(BEGUN)) {
    await run('convert_delete', {});
    await run('convert_begin', { begun: BEGUN });
  }
  const done = await receipts();
  const there = await tableColumns(client, 'hits');
  const ranked = DIMENSIONS.filter((dimension) => there.has(dimension));
  const covered = coveredBy(old);
  let converted = 0;
  for (const { from, to, hits } of timeRanges(hours)) {
    const receipt = `${BEGUN} ${from}`;
    if (!done.has(receipt)) {
      const during = `time >= toDateTime64(${from}, 3, 'UTC') AND time < toDateTime64(${to}, 3, 'UTC')`;
      const kept = queryText('convert_horizon').trim();
      const insert = (into: string, share = EVERYBODY) => {
        const some = `${during} AND ${shareSql(share)}`;
        const groups = rollupGroups(`${some} AND (time >= ${kept} OR NOT (${covered}))`, {
          hours: `${some} AND time >= ${kept}`,
          // This schema has neither engagement signals nor the columns that identify them.
          counted: 'true',
          ranked,
        });
        return queryText('insert_rollups', { ...rollupFragments(groups, new Map([[receipt, 0n]])), into });
      };
      try {
        await client.command({ query: insert('rollups') });
      } catch (error) {
        if (dialect.kind !== 'single' || !isOutOfMemory(error)) throw error;
        await insertStaged(runnerOf(client), 'rollups', 2, insert);
      }
    }
    converted += hits;
    onProgress(`rollups: ${converted} of ${all} hits`);
  }
  await run('convert_watermarks', {});
  await run('convert_batches', { writers: watermarkTuples(old) });
}

/** Splits hours into stretches of at most `MOST_HITS` hits, but at least one hour each. */
export function* timeRanges(
  hours: Iterable<{ readonly hour: number | string; readonly hits: number | string }>,
): Generator<Stretch> {
  let stretch: Stretch | undefined;
  for (const { hour, hits } of hours) {
    const next = { from: Number(hour), to: Number(hour) + HOUR_SECONDS, hits: Number(hits) };
    if (stretch && stretch.hits + next.hits > MOST_HITS) {
      yield stretch;
      stretch = undefined;
    }
    stretch = stretch ? { from: stretch.from, to: next.to, hits: stretch.hits + next.hits } : next;
  }
  if (stretch) yield stretch;
}
