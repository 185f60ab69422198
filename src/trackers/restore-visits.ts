import { RowReader } from '../clickhouse/row-reader.ts';
import { type MidnightVisits, VISIT_TIMEOUT } from '../hit/midnight-visits.ts';
import { DAY } from '../hit/salts.ts';
import type { Store } from '../store/store.ts';

/** Visitors that are recalled: as many as the table holds. */
const MOST = 2 ** 20;

/**
 * Reads from the store which visits go on over midnight, so that a start, or a node that visitors change to, names them as
 * before. What is in the table already stays. The spool must have been flushed before.
 *
 * The store knows ids and not how they were derived, so ids of cookies come along; nobody looks for those.
 *
 * @param now milliseconds since 1970
 * @throws HitError as `Store.rows` does
 */
export async function restoreVisits(midnight: MidnightVisits, store: Store, now: number): Promise<void> {
  const sinceMidnight = now % DAY;
  const isEvening = sinceMidnight >= DAY - VISIT_TIMEOUT;
  const edge = now - sinceMidnight + (isEvening ? DAY : 0);
  // Later, who was not there before midnight is of no use.
  const before = isEvening || sinceMidnight < VISIT_TIMEOUT ? now + 1 : edge;
  const times = { now, midnight: edge, since: edge - VISIT_TIMEOUT, recent: now - VISIT_TIMEOUT, before };
  const rows = new RowReader(await store.bytes('midnight_visitors', { ...times, most: MOST }));
  while (!rows.ended) {
    const low = rows.uint32();
    const high = rows.uint32();
    const first = rows.uint64();
    const last = rows.uint64();
    midnight.see({ high, low }, first, last);
    if (first < edge && last >= edge) midnight.goesOn(last);
  }
}
