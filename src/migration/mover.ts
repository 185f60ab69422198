/**
 * Carries the store of a data folder over to a ClickHouse server, so that the server answers as the folder did.
 *
 * A move may be killed at any moment and begun again; so each table comes in a way that tells what is there already:
 *
 * 1. `rollups` first, while the server has neither hits nor watermarks. They are sums, and would be doubled if they came twice:
 *    what an unfinished move left of them is thrown away. When they are there and equal, their watermarks follow, as one part.
 *    From then on no program that runs on the server rolls up again what is about to come.
 * 2. `hits`, by days (hit-pieces.ts). Days that are equal on both sides are passed by; of others the server takes what of a
 *    batch and day is not there.
 * 3. `last_seen`, `horizons`, `batches`, `imports` and `stream_positions` may come again and again: the largest, or the
 *    newest, stays. Batches, imports and positions say that hits are there, and so come after them.
 *
 * Both sides are compared, days of hits by their number and a checksum over all columns. A program may have begun to use
 * the server since an earlier move, and the folder may have got more hits: that is no trouble, as hits are told by
 * writers and batches; what the folder purged since is purged on the server by its own purge. Only what merges cannot be compared any more, when the server has hits of its own.
 *
 * Rows go through this process as ClickHouse's Native format, in pieces of bounded size, from the embedded engine's stream
 * into the body of a request. The engine could write to a server itself, by remote(), but that wants another port and
 * another protocol than the address of a store names, or by url(), which has the password in the text of a query.
 */

import type { DedicatedConnection } from '../clickhouse/connection.ts';
import { queryText } from '../clickhouse/sql.ts';
import { readWatermarks, type Watermarks } from '../clickhouse/watermarks.ts';
import { HitError } from '../errors.ts';
import { ofWriters } from '../store/ledger.ts';
import type { Store } from '../store/store.ts';
import { daySums, differingDays, hitRangesOf, purgedUntil, unequalDay, whichOf } from './hit-ranges.ts';
import { compareTable, moveRollups, notEqual } from './small-tables.ts';
import { TableCopier } from './table-copier.ts';
import { writersOf } from './writers.ts';

export interface MoveProgress {
  readonly table: string;
  /** Hits that are on the server, and all. */
  readonly done: number;
  readonly hits: number;
}

export interface MoveSummary {
  /** All hits that are on the server now, and their days. */
  readonly hits: number;
  readonly days: number;
  /** Those that were there before. */
  readonly already: number;
  readonly seconds: number;
}

export interface MoveWatch {
  readonly onProgress: (progress: MoveProgress) => void;
  /** Ends it between two pieces; what went stays. */
  readonly signal: AbortSignal;
}

/** What may come any number of times, in this order, after the hits. */
const REPEATABLE = ['last_seen', 'horizons', 'batches', 'imports', 'stream_positions'] as const;

/**
 * Moves a store, and compares the two. Nothing may write to the first one meanwhile.
 *
 * @param from an embedded store, in which all is rolled up
 * @param to a server's
 * @throws HitError `move_failed` where the server has hits of others, or is not equal in the end; `store_unavailable`,
 *   `interrupted`
 */
export async function moveStore(from: Store, to: Store, watch: MoveWatch): Promise<MoveSummary> {
  const started = performance.now();
  await using source = from.dedicatedConnection();
  await using target = to.dedicatedConnection();
  const carrier = new TableCopier(source, target, watch.signal);
  const watermarks = await watermarksIn(source);
  const writers = new Set([...(await writersOf(source)).keys(), ...watermarks.keys()]);
  const isShared = await begin(carrier, watermarks, watch);
  const days = await moveHits(carrier, writers, watch);
  for (const table of REPEATABLE) {
    watch.onProgress({ table, done: days.hits, hits: days.hits });
    await carrier.copy({ table, final: true });
    if (!isShared) await compareTable(carrier, table);
  }
  return { ...days, seconds: (performance.now() - started) / 1000 };
}

/** Brings the rollups, unless they are there. @returns whether another program has used the server */
async function begin(
  carrier: TableCopier,
  watermarks: Watermarks,
  { onProgress }: MoveWatch,
): Promise<boolean> {
  const { source, target } = carrier;
  const there = await watermarksIn(target);
  const hasBegun = [...watermarks.keys()].some((writer) => there.has(writer));
  const others = [...there.keys(), ...(await writersOf(target)).keys()].filter(
    (writer) => !watermarks.has(writer),
  );
  if (hasBegun) return others.length > 0;
  const [count] = await target.rows<{ rows: string | number }>(queryText('move_hits_count'));
  if (others.length > 0 || Number(count?.rows) > 0) {
    throw new HitError(
      'move_failed',
      `the database has ${count?.rows} hits already that are not of this store: name another, empty database with --to`,
    );
  }
  const [all] = await source.rows<{ rows: string | number }>(queryText('move_hits_count'));
  onProgress({ table: 'rollups', done: 0, hits: Number(all?.rows) });
  await moveRollups(carrier);
  return false;
}

async function moveHits(
  carrier: TableCopier,
  writers: ReadonlySet<number>,
  { onProgress }: MoveWatch,
): Promise<Omit<MoveSummary, 'seconds'>> {
  const { source, target } = carrier;
  const ours = ofWriters(writers);
  const wanted = await daySums(source);
  const hits = sumOf(wanted.values());
  const days = differingDays(wanted, await daySums(target, ours));
  const already = hits - sumOf(days);
  let done = already;
  for await (const piece of hitRangesOf(source, days)) {
    onProgress({ table: 'hits', done, hits });
    await carrier.copy({ table: 'hits', which: whichOf(piece), put: 'move_put_hits' });
    done += piece.rows;
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
