import { type SiteData, SiteDeletions } from '../deletion/site-deletions.ts';
import type { ServerContext } from '../http/context.ts';
import type { DBTracker } from '../trackers/db.ts';
import type { Counting } from './counting.ts';
import type { Upkeep } from './upkeep.ts';

/** Deletes sites from the store of a server, with their live counts, tokens, goals and the like. */
export function siteDeletions(
  db: DBTracker,
  { live, sites }: Pick<Counting, 'live' | 'sites'>,
  {
    tokens,
    publicSites,
    resources,
    rules,
  }: Pick<ServerContext, 'tokens' | 'publicSites' | 'resources'> & { readonly rules: SiteData },
  { exclusive }: Pick<Upkeep, 'exclusive'>,
): SiteDeletions {
  const { store, spool, rollups } = db;
  return new SiteDeletions({
    ...{ store, spool, rollups, queue: exclusive, now: Date.now },
    siteData: [tokens, publicSites, resources, rules, sites, ...(live ? [live.removal] : [])],
    onDeleted: async (site) => {
      await live?.restoreAfterRemoval(db, site);
    },
  });
}
