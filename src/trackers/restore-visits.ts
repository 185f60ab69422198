import { type MidnightVisits, VISIT_TIMEOUT } from '../hit/midnight-visits.ts';
import { RowBinaryReader } from '../rows/row-binary.ts';
import type { Store } from '../store/store.ts';
import { DAY } from '../timing/units.ts';

/** Maximum visitors to restore: as many as the table holds. */
const MAX_VISITORS = 2 ** 20;

/**
 * Restores from the store which visits continue over midnight, so a restarted node, or a node that visitors move to, names
 * them as before. Existing table entries stay. The spool must be flushed before.
 *
 * The store does not record how ids were derived, so cookie ids are included; they are never looked up.
 *
 * @param now milliseconds since 1970
 * @throws HitError as `Store.rows` does
 */
export async function restoreVisits(midnight: MidnightVisits, store: Store, now: number): Promise<void> {
  const sinceMidnight = now % DAY;
  const isEvening = sinceMidnight >= DAY - VISIT_TIMEOUT;
  const edge = now - sinceMidnight + (isEvening ? DAY : 0);
  // Later than this, only visitors seen before midnight matter.
  const before = isEvening || sinceMidnight < VISIT_TIMEOUT ? now + 1 : edge;
  const times = { now, midnight: edge, since: edge - VISIT_TIMEOUT, recent: now - VISIT_TIMEOUT, before };
  const rows = new RowBinaryReader(await store.bytes('midnight_visitors', { ...times, most: MAX_VISITORS }));
  while (!rows.isAtEnd) {
    const low = rows.uint32();
    const high = rows.uint32();
    const first = rows.uint64();
    const last = rows.uint64();
    midnight.record({ high, low }, first, last);
    if (first < edge && last >= edge) midnight.goesOn(last);
  }
}
