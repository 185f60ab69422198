/**
 * Moves the store of a data folder to a ClickHouse server, so that the server answers queries as the folder did.
 *
 * A move may be killed at any moment and run again, so each table is copied in a way that shows what is already there:
 *
 * 1. `visits` and `rollups` first, while the server has neither hits nor watermarks. Rollups are sums, which would double if
 *    copied twice, so leftovers of an unfinished move are deleted. When both are copied and equal, their watermarks follow,
 *    each as one part, those of the rollups last. From then on, no program on the server processes the hits that are about
 *    to arrive. A later move replaces visits that differ, unless the server has those of other hits.
 * 2. `hits`, by days (hit-ranges.ts). Days that are equal on both sides are skipped; of other days, the server inserts only
 *    hits of a batch and day that it does not have.
 * 3. `last_seen`, `horizons`, `batches`, `imports`, `deletions` and `stream_positions` may be copied repeatedly: the largest or newest
 *    row wins. Batches, imports and positions state that hits exist, so they are copied after the hits.
 *
 * Both sides are compared, days of hits by their number and a checksum over all columns. Since an earlier move, programs may
 * have used the server and the folder may have more hits: this works, because writers and batches identify hits. The
 * server's own purge deletes what the folder purged. Only tables that merge rows cannot be compared if it has other hits.
 *
 * Rows pass through this process in ClickHouse's Native format, in chunks of bounded size, from the embedded engine's stream
 * into a request body. The engine could write to a server itself, with remote(), but that needs another port and protocol
 * than the address of a store has, or with url(), which puts the password into the query text.
 */

import type { DedicatedConnection } from '../clickhouse/connection.ts';
import { queryText } from '../clickhouse/sql.ts';
import { readWatermarks, type Watermarks } from '../clickhouse/watermarks.ts';
import { HitError } from '../errors.ts';
import { ofWritersSql } from '../store/ledger.ts';
import type { Store } from '../store/store.ts';
import { daySums, differingDays, hitRangesOf, predicateOf, purgedUntil, unequalDay } from './hit-ranges.ts';
import { compareTable, moveRollups, moveVisits, notEqual, replaceVisits } from './small-tables.ts';
import { TableCopier } from './table-copier.ts';
import { writersOf } from './writers.ts';

export interface MoveProgress {
  readonly table: string;
  /** Hits on the server, and all hits. */
  readonly done: number;
  readonly hits: number;
}

export interface MoveSummary {
  /** All hits that are now on the server, and their days. */
  readonly hits: number;
  readonly days: number;
  /** Hits that were there before. */
  readonly already: number;
  readonly seconds: number;
}

export interface MoveWatch {
  readonly onProgress: (progress: MoveProgress) => void;
  /** Stops the move between two ranges; what was copied stays. */
  readonly signal: AbortSignal;
}

/** Tables that may be copied any number of times, in this order, after the hits. */
const REPEATABLE = ['last_seen', 'horizons', 'batches', 'imports', 'deletions', 'stream_positions'] as const;

/**
 * Moves a store, and compares the two stores. Nothing may write to the source meanwhile.
 *
 * @param from an embedded store, in which everything is rolled up
 * @param to a store on a server
 * @throws HitError `move_failed` if the server has hits of others, or is not equal at the end; `store_unavailable`,
 *   `interrupted`
 */
export async function moveStore(from: Store, to: Store, watch: MoveWatch): Promise<MoveSummary> {
  const started = performance.now();
  await using source = from.dedicatedConnection();
  await using target = to.dedicatedConnection();
  const copier = new TableCopier(source, target, watch.signal);
  const watermarks = await watermarksIn(source);
  const writers = new Set([...(await writersOf(source)).keys(), ...watermarks.keys()]);
  const { isShared, hasBegun } = await begin(copier, watermarks, watch);
  const days = await moveHits(copier, writers, watch);
  if (hasBegun && !isShared) await replaceVisits(copier);
  for (const table of REPEATABLE) {
    watch.onProgress({ table, done: days.hits, hits: days.hits });
    await copier.copy({ table, final: true });
    if (!isShared) await compareTable(copier, table);
  }
  return { ...days, seconds: (performance.now() - started) / 1000 };
}

/** Copies visits and rollups, unless they are there. @returns whether they are, and whether another program has used the server */
async function begin(
  copier: TableCopier,
  watermarks: Watermarks,
  { onProgress }: MoveWatch,
): Promise<{ readonly isShared: boolean; readonly hasBegun: boolean }> {
  const { source, target } = copier;
  const there = await watermarksIn(target);
  const hasBegun = [...watermarks.keys()].some((writer) => there.has(writer));
  const others = [...there.keys(), ...(await writersOf(target)).keys()].filter(
    (writer) => !watermarks.has(writer),
  );
  if (hasBegun) return { isShared: others.length > 0, hasBegun };
  const [count] = await target.rows<{ rows: string | number }>(queryText('move_hits_count'));
  if (others.length > 0 || Number(count?.rows) > 0) {
    throw new HitError(
      'move_failed',
      `the database has ${count?.rows} hits of another store: name an empty database with --to`,
    );
  }
  const [all] = await source.rows<{ rows: string | number }>(queryText('move_hits_count'));
  const hits = Number(all?.rows);
  onProgress({ table: 'visits', done: 0, hits });
  await moveVisits(copier);
  onProgress({ table: 'rollups', done: 0, hits });
  await moveRollups(copier);
  return { isShared: false, hasBegun };
}

async function moveHits(
  copier: TableCopier,
  writers: ReadonlySet<number>,
  { onProgress }: MoveWatch,
): Promise<Omit<MoveSummary, 'seconds'>> {
  const { source, target } = copier;
  const ours = ofWritersSql(writers);
  const wanted = await daySums(source);
  const hits = sumOf(wanted.values());
  const days = differingDays(wanted, await daySums(target, ours));
  const already = hits - sumOf(days);
  let done = already;
  for await (const range of hitRangesOf(source, days)) {
    onProgress({ table: 'hits', done, hits });
    await copier.copy({ table: 'hits', predicate: predicateOf(range), put: 'move_put_hits' });
    done += range.rows;
  }
  const unequal = unequalDay(wanted, await daySums(target, ours), await purgedUntil(source));
  if (unequal !== undefined) throw notEqual(`hits of ${unequal}`);
  return { hits, days: wanted.size, already };
}

async function watermarksIn(connection: DedicatedConnection): Promise<Watermarks> {
  return readWatermarks(
    await connection.rows<{ writer: string; last: string }>(queryText('rollup_watermarks')),
  );
}

function sumOf(days: Iterable<{ readonly rows: number }>): number {
  return Array.from(days).reduce((sum, { rows }) => sum + rows, 0);
}
