import type { MemoryLive } from '../live/memory.ts';
import { RowReader } from '../store/row-reader.ts';
import type { Parameters, ReadBounds, Store } from '../store/store.ts';

/** Rows are read in so many slices, each in bounded memory. */
const SLICES = 16;
const HOUR_MS = 3_600_000;
/** How far back the rings go: 400 days. */
const RING_MS = 400 * 24 * HOUR_MS;
/** It takes as long as it takes: without it there is no start. */
const BOUNDS: ReadBounds = { max_threads: 2, max_execution_time: 0, max_memory_usage: 4_000_000_000 };

/**
 * Fills live state from the store: live state is a cache of it, so there is no snapshot that could be wrong. The spool
 * must have been drained before, and nothing may be tracked meanwhile.
 *
 * @param now milliseconds since 1970; what the store has of later moments, since clocks were set back, counts as now
 */
export async function rebuild(live: MemoryLive, store: Store, now: number): Promise<void> {
  for (const row of await store.rows<{ site: string; hits: string | number }>('live_totals', {}, BOUNDS)) {
    live.totals.addHits(row.site, Number(row.hits));
  }
  await readSlices(store, 'live_visitors', {}, (rows) => {
    const site = rows.text();
    const low = rows.uint32();
    live.totals.addVisitor(site, rows.uint32(), low);
  });

  const all = live.windowsOf(undefined);
  if (!all) return;
  // Whole hours, since the ring holds whole hours too.
  const from = Math.max(0, Math.floor((now - RING_MS) / HOUR_MS) * HOUR_MS);
  await readSlices(store, 'live_hits', { now, from }, (rows) => {
    const site = rows.text();
    const time = Math.min(rows.uint32() * 1000, now);
    const hits = rows.uint64();
    for (const windows of [all, live.windowsOf(site)]) windows?.ring.add(time, hits);
  });
  const { columns, ranks } = all.seen;
  await readSlices(store, 'live_cells', { columns, ranks, columnBits: Math.log2(columns) }, (rows) => {
    const site = rows.text();
    const column = rows.uint32();
    const rank = rows.uint32();
    const seen = Math.min(rows.uint64(), now);
    for (const windows of [all, live.windowsOf(site)]) windows?.seen.setCell(rank, column, seen);
  });
}

async function readSlices(
  store: Store,
  query: string,
  parameters: Parameters,
  takeRow: (rows: RowReader) => void,
): Promise<void> {
  for (let slice = 0; slice < SLICES; slice++) {
    const rows = new RowReader(await store.bytes(query, { ...parameters, slice, slices: SLICES }, BOUNDS));
    while (!rows.ended) takeRow(rows);
  }
}
