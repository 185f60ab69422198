import { CLAIMING_NETWORKS } from '../hit/site-probation.ts';
import type { Store } from '../store/store.ts';
import { withConsistentRollups } from './source.ts';

/** All sites that have ever had hits: those that several visitors came to, and others. For `Sites.remember`. */
export async function knownSites(store: Store): Promise<{ claimed: string[]; unclaimed: string[] }> {
  const visitors = CLAIMING_NETWORKS;
  const rows = await withConsistentRollups(store, ({ fragments }) =>
    store.rows<{ site: string; claimed: number }>('claimed_sites', { visitors }, undefined, fragments),
  );
  const { claimed = [], unclaimed = [] } = Object.groupBy(rows, (row) =>
    Number(row.claimed) === 1 ? 'claimed' : 'unclaimed',
  );
  return { claimed: claimed.map(({ site }) => site), unclaimed: unclaimed.map(({ site }) => site) };
}
