import type { Fragments } from '../clickhouse/sql.ts';
import type { MemoryLive } from '../live/memory.ts';
import type { Restore } from '../live/stored-sites.ts';
import type { History } from '../live/windows.ts';
import { withConsistentRollups } from '../query/source.ts';
import { readCutoffs } from '../retention/cutoffs.ts';
import { RowBinaryReader } from '../rows/row-binary.ts';
import { SKETCH_EPOCH } from '../sketch/cell.ts';
import { LastSeenSketch } from '../sketch/last-seen.ts';
import { mostLikelyCount } from '../sketch/likelihood.ts';
import type { Spool } from '../spool/spool.ts';
import type { QueryLimits } from '../store/query-limits.ts';
import type { Store } from '../store/store.ts';
import { DAY, HOUR } from '../timing/units.ts';

/** Number of slices in which visitors are read, each in bounded memory. */
const SLICES = 16;
/** How far back the rings go: 400 days. */
const RING_MS = 400 * DAY;
/** Rings keep minutes for a day. */
const MINUTES_MS = 25 * HOUR;
/** One more than the largest writer. */
const NO_WRITER = 2 ** 22;
/** Attempts to count hits of a removed site while none arrives. */
const MOST_TRIES = 10;
/** No time limit: the server cannot start without it. */
const BOUNDS: QueryLimits = { max_threads: 2, max_execution_time: 0, max_memory_usage: 4_000_000_000 };
const { columns: COLUMNS, ranks: RANKS, ticksPerSecond: TICKS } = new LastSeenSketch();

/** Which data of the store is restored. */
interface Moment {
  readonly now: number;
  /** The writer whose hits are skipped, since this process counts them itself. */
  readonly writer: number;
  /** Hits from this whole hour on are counted one by one, earlier ones from hourly rollups. */
  readonly recent: number;
}

/**
 * Restores live state from the store: live state is a cache of it, so there is no snapshot that could be wrong. When it
 * returns, totals and the windows of all sites together are complete; a single site's windows are restored when first
 * read. Batches of earlier runs must be delivered before, and no batch of this one, whose hits may be tracked meanwhile. If it
 * fails, no hit was added: it may be repeated.
 *
 * @param now milliseconds since 1970; later times in the store, possible if clocks were set back, count as now
 * @param writer writer of the batches of hits tracked from now on: these are counted here, and not again when a site is
 *   restored
 */
export async function restoreLive(
  live: MemoryLive,
  store: Store,
  now: number,
  writer = NO_WRITER,
): Promise<void> {
  const { sites, addHits } = await readTotals(live, store);
  if (!live.all) {
    addHits();
    return;
  }
  // If hits of the last day were purged, which happens only with one day of retention, their minutes are unknown.
  const purged = Math.max(0, ...(await readCutoffs(store)).hits.values());
  const recent = Math.max(0, Math.floor((now - MINUTES_MS) / HOUR) * HOUR, Math.min(purged, now));
  const moment = { now, writer, recent };
  const restore = await readStored(store, '', moment);
  addHits();
  restore(live.all);
  live.restoreFromStore(sites, (site) => readStored(store, site, moment));
}

/**
 * Writes the visitors of all sites together again from the store, after a site was removed, and the hits of that site that arrived
 * while it was. Hits are counted meanwhile.
 */
export async function restoreAfterRemoval(
  live: MemoryLive,
  { store, spool }: { readonly store: Store; readonly spool: Pick<Spool, 'flush'> },
  site: string,
): Promise<void> {
  const { all } = live;
  // Hits that were counted before this are in the store after it; later ones are counted in `all` as well.
  await spool.flush();
  if (all) {
    const cells = await withConsistentRollups(store, ({ fragments }) =>
      readerOf(store, 'live_cells', { site: '' }, fragments),
    );
    writeCells(all, cells, Date.now());
  }
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const before = live.totals.read(site).total;
    await spool.flush();
    const totals = await totalsOf(store);
    const stored = Number(totals.find((each) => each.site === site)?.hits ?? 0);
    if (live.totals.read(site).total !== before) continue;
    if (stored !== before) live.totals.addHits(site, stored - before);
    return;
  }
}

function totalsOf(store: Store): Promise<{ site: string; hits: string; kept: string }[]> {
  return withConsistentRollups(store, ({ fragments }) =>
    store.rows<{ site: string; hits: string; kept: string }>('live_totals', {}, BOUNDS, fragments),
  );
}

/**
 * Reads the totals, and adds their visitors, which is harmless if repeated.
 *
 * @returns the names of all sites, and what adds their hits, which must happen once
 */
async function readTotals(
  live: MemoryLive,
  store: Store,
): Promise<{ readonly sites: string[]; readonly addHits: () => void }> {
  const totals = await totalsOf(store);
  for (let slice = 0; slice < SLICES; slice++) {
    const rows = await readerOf(store, 'live_visitors', { slice, slices: SLICES });
    while (!rows.isAtEnd) {
      const site = rows.repeatedString();
      const low = rows.uint32();
      live.totals.addVisitor(site, rows.uint32(), low);
    }
  }
  const purged = totals.filter(({ hits, kept }) => Number(kept) < Number(hits)).map(({ site }) => site);
  const estimates =
    purged.length > 0 ? await estimateVisitors(store, new Set(purged)) : new Map<string, number>();
  const addHits = () => {
    for (const { site, hits } of totals) live.totals.addHits(site, Number(hits));
    for (const [site, visitors] of estimates)
      live.totals.raiseVisitors(site, Math.min(visitors, live.totals.read(site).total));
  };
  return { sites: totals.map(({ site }) => site), addHits };
}

/** Visitors by site. Those of purged hits are only known from the last-seen table. */
async function estimateVisitors(store: Store, sites: ReadonlySet<string>): Promise<Map<string, number>> {
  const ranks = new Map<string, Uint32Array>();
  const rows = await withConsistentRollups(store, ({ fragments }) =>
    store.rows<{ site: string; rank: number; columns: string }>('live_ranks', {}, BOUNDS, fragments),
  );
  for (const { site, rank, columns } of rows) {
    if (!sites.has(site)) continue;
    const setByRank = ranks.get(site) ?? new Uint32Array(RANKS);
    setByRank[rank] = Number(columns);
    ranks.set(site, setByRank);
  }
  return new Map(
    Array.from(ranks, ([site, setByRank]) => [site, Math.round(mostLikelyCount(setByRank, COLUMNS))]),
  );
}

/**
 * Reads a site's windows from the store; '' is all sites together. Cells may include visitors tracked by this process:
 * the later time wins. Hits would count twice, so those of the writer are skipped.
 */
async function readStored(store: Store, site: string, { now, writer, recent }: Moment): Promise<Restore> {
  // Whole hours, as in the ring and the rollups.
  const from = Math.max(0, Math.floor((now - RING_MS) / HOUR) * HOUR);
  const asked = { site, now, from, recent, writer: String(writer) };
  const [hits, cells] = await withConsistentRollups(store, ({ fragments }) =>
    Promise.all([
      readerOf(store, 'live_hits', asked, fragments),
      readerOf(store, 'live_cells', { site }, fragments),
    ]),
  );
  return (windows) => {
    while (!hits.isAtEnd) {
      const time = Math.min(hits.uint32() * 1000, now);
      windows.addHits(time, hits.uint64());
    }
    writeCells(windows, cells, now);
  };
}

function writeCells(windows: History, cells: RowBinaryReader, now: number): void {
  while (!cells.isAtEnd) {
    const rank = cells.uint32();
    const column = cells.uint32();
    const time = SKETCH_EPOCH + (cells.uint32() * 1000) / TICKS;
    windows.setCell(rank, column, Math.min(time, now));
  }
}

async function readerOf(
  store: Store,
  query: string,
  parameters: Parameters<Store['bytes']>[1],
  fragments: Fragments = {},
): Promise<RowBinaryReader> {
  return new RowBinaryReader(await store.bytes(query, parameters, BOUNDS, fragments));
}
