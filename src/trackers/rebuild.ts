import type { MemoryLive } from '../live/memory.ts';
import type { LastSeenSketch } from '../sketch/last-seen.ts';
import type { Store } from '../store/store.ts';

/** Visitors are read in so many slices, each in bounded memory. */
const SLICES = 16;
/** How far back the rings go: 400 days. */
const RING_MS = 400 * 86_400_000;

type Numeric = string | number;

/**
 * Fills live state from the store: live state is a cache of it, so there is no snapshot that could be wrong. The spool
 * must have been drained before, and nothing may be tracked meanwhile.
 */
export async function rebuild(live: MemoryLive, store: Store, now: number): Promise<void> {
  for (const row of await store.rows<{ site: string; hits: Numeric }>('live_totals', {})) {
    live.totals.addHits(row.site, Number(row.hits));
  }
  for (let slice = 0; slice < SLICES; slice++) {
    readVisitors(await store.bytes('live_visitors', { slice, slices: SLICES }), (site, high, low) =>
      live.totals.addVisitor(site, high, low),
    );
  }
  const all = live.windowsOf(undefined);
  if (!all) return;

  type HitsRow = { site: string; second: Numeric; hits: Numeric };
  for (const row of await store.rows<HitsRow>('live_hits', { now, from: Math.max(0, now - RING_MS) })) {
    for (const windows of [all, live.windowsOf(row.site)]) {
      windows?.ring.add(Number(row.second) * 1000, Number(row.hits));
    }
  }
  type CellRow = { site: string; column: Numeric; rank: Numeric; seen: Numeric };
  for (const row of await store.rows<CellRow>('live_cells', shapeOf(all.seen))) {
    for (const windows of [all, live.windowsOf(row.site)]) {
      windows?.seen.setCell(Number(row.rank), Number(row.column), Number(row.seen));
    }
  }
}

function shapeOf({ columns, ranks }: LastSeenSketch) {
  return { columns, ranks, columnBits: Math.log2(columns) };
}

/** Reads RowBinary rows of (String, UInt64). */
function readVisitors(bytes: Buffer, visit: (site: string, high: number, low: number) => void): void {
  let at = 0;
  let site = '';
  let siteBytes: Buffer = Buffer.alloc(0);
  while (at < bytes.length) {
    // A site's name has less than 128 bytes or two bytes of length.
    let length = bytes[at++]!;
    if (length > 127) length = (length & 127) | (bytes[at++]! << 7);
    const name = bytes.subarray(at, at + length);
    if (!name.equals(siteBytes)) {
      siteBytes = name;
      site = name.toString('utf8');
    }
    at += length;
    visit(site, bytes.readUInt32LE(at + 4), bytes.readUInt32LE(at));
    at += 8;
  }
}
