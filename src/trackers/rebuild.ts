import type { MemoryLive } from '../live/memory.ts';
import type { Recollection } from '../live/stored-sites.ts';
import { SKETCH_EPOCH } from '../sketch/cell.ts';
import { LastSeenSketch } from '../sketch/last-seen.ts';
import { mostLikelyCount } from '../sketch/likelihood.ts';
import { RowReader } from '../store/row-reader.ts';
import type { ReadBounds, Store } from '../store/store.ts';

/** Visitors are read in so many slices, each in bounded memory. */
const SLICES = 16;
const HOUR_MS = 3_600_000;
/** How far back the rings go: 400 days. */
const RING_MS = 400 * 24 * HOUR_MS;
/** It takes as long as it takes: without it there is no start. */
const BOUNDS: ReadBounds = { max_threads: 2, max_execution_time: 0, max_memory_usage: 4_000_000_000 };
const { columns: COLUMNS, ranks: RANKS, ticksPerSecond: TICKS } = new LastSeenSketch();

/**
 * Fills live state from the store: live state is a cache of it, so there is no snapshot that could be wrong. Totals, and
 * windows of all sites together, are there when it returns; a single site's windows are asked for when they are first
 * read, and then as they were now. The spool must have been drained before, and nothing may be tracked meanwhile.
 *
 * @param now milliseconds since 1970; what the store has of later moments, since clocks were set back, counts as now
 */
export async function rebuild(live: MemoryLive, store: Store, now: number): Promise<void> {
  const sites = await rebuildTotals(live, store);
  if (!live.all) return;
  // What this program counts from now on comes in later batches: those are known here already.
  const [newest] = await store.rows<{ batch: string }>('live_newest', {}, BOUNDS);
  const moment = { now, until: newest?.batch ?? '0' };
  (await recall(store, '', moment))(live.all);
  live.leaveToStore(sites, (site) => recall(store, site, moment));
}

/** @returns the names of all sites */
async function rebuildTotals(live: MemoryLive, store: Store): Promise<string[]> {
  const totals = await store.rows<{ site: string; hits: string; kept: string }>('live_totals', {}, BOUNDS);
  for (const { site, hits } of totals) live.totals.addHits(site, Number(hits));
  for (let slice = 0; slice < SLICES; slice++) {
    const rows = await readerOf(store, 'live_visitors', { slice, slices: SLICES });
    while (!rows.ended) {
      const site = rows.text();
      const low = rows.uint32();
      live.totals.addVisitor(site, rows.uint32(), low);
    }
  }
  const purged = totals.filter(({ hits, kept }) => Number(kept) < Number(hits)).map(({ site }) => site);
  if (purged.length > 0) await estimateVisitors(live, store, new Set(purged));
  return totals.map(({ site }) => site);
}

/** Where hits were purged, their visitors are known by the last-seen table only. */
async function estimateVisitors(live: MemoryLive, store: Store, sites: Set<string>): Promise<void> {
  const ranks = new Map<string, Uint32Array>();
  const rows = await store.rows<{ site: string; rank: number; columns: string }>('live_ranks', {}, BOUNDS);
  for (const { site, rank, columns } of rows) {
    if (!sites.has(site)) continue;
    const setByRank = ranks.get(site) ?? new Uint32Array(RANKS);
    setByRank[rank] = Number(columns);
    ranks.set(site, setByRank);
  }
  for (const [site, setByRank] of ranks) {
    const visitors = Math.round(mostLikelyCount(setByRank, COLUMNS));
    live.totals.raiseVisitors(site, Math.min(visitors, live.totals.read(site).total));
  }
}

/**
 * What the store knew of a site's windows at a moment; of all sites together for ''.
 *
 * Cells are read as they are now, which does no harm: those of later hits are tracked here too, and the later time wins.
 * Hits would count twice, so they are taken of batches up to `until` only.
 */
async function recall(
  store: Store,
  site: string,
  moment: { now: number; until: string },
): Promise<Recollection> {
  const { now, until } = moment;
  // Whole hours, since the ring holds whole hours too.
  const from = Math.max(0, Math.floor((now - RING_MS) / HOUR_MS) * HOUR_MS);
  const [hits, cells] = await Promise.all([
    readerOf(store, 'live_hits', { site, now, from, until }),
    readerOf(store, 'live_cells', { site }),
  ]);
  return (windows) => {
    while (!hits.ended) {
      const time = Math.min(hits.uint32() * 1000, now);
      windows.addHits(time, hits.uint64());
    }
    while (!cells.ended) {
      const rank = cells.uint32();
      const column = cells.uint32();
      const time = SKETCH_EPOCH + (cells.uint32() * 1000) / TICKS;
      windows.setCell(rank, column, Math.min(time, now));
    }
  };
}

async function readerOf(
  store: Store,
  query: string,
  parameters: Parameters<Store['bytes']>[1],
): Promise<RowReader> {
  return new RowReader(await store.bytes(query, parameters, BOUNDS));
}
