import { quote } from '../clickhouse/literals.ts';
import { rollupFragments, rollupGroups } from '../clickhouse/rollup-groups.ts';
import { shareSql } from '../clickhouse/shares.ts';
import { queryText } from '../clickhouse/sql.ts';
import { coveredBy, type Watermarks } from '../clickhouse/watermarks.ts';
import type { SiteDay } from '../store/site-day.ts';
import type { Store } from '../store/store.ts';

/** Maximum number of days per statement. */
const MOST_DAYS = 500;

/**
 * Rebuilds the rollups of days from their hits, all of which must be in the store. Nothing may be rolled up meanwhile.
 *
 * Between the two statements these days have no rollups, and queries undercount. If the process dies there, the days stay
 * that way until `doctor` finds and rebuilds them.
 *
 * @param watermarks last rolled-up batch of each writer: later batches are added by the next rollup
 * @throws HitError `store_unavailable`
 */
export async function rebuildDays(
  store: Store,
  watermarks: Watermarks,
  days: readonly SiteDay[],
): Promise<void> {
  for (let at = 0; at < days.length; at += MOST_DAYS) {
    const some = days.slice(at, at + MOST_DAYS);
    const pairs = some.map(({ site, day }) => `(${quote(site)}, toDate('${day}'))`);
    const months = some.map(({ site, day }) => `(${quote(site)}, toDate('${day.slice(0, 8)}01'))`);
    const scope = {
      days: `(${pairs.join(', ')})`,
      months: `(${[...new Set(months)].join(', ')})`,
    };
    const hits = `(toString(site), toDate(time, 'UTC')) IN ${scope.days} AND ${coveredBy(watermarks)}`;
    await store.executeLong('rollup_drop_days', scope, 'hit-tracker-rollup-repair', []);
    await store.insertComputed({
      ...{ query: 'insert_rollups', table: 'rollups', name: 'hit-tracker-rollups' },
      fragmentsOf: (share) => {
        const groups = rollupGroups(`${hits} AND ${shareSql(share)}`);
        // These are no counts of visitors, so only one share has them.
        if (share.number === 0) groups.push(queryText('rollup_rest_of_months', scope));
        return rollupFragments(groups, new Map());
      },
    });
  }
}
