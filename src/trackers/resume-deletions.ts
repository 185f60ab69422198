import { pendingDeletions } from '../deletion/deletion.ts';
import { type SiteData, SiteDeletions, type SiteDeletionsOptions } from '../deletion/site-deletions.ts';
import { messageOf } from '../errors.ts';
import { PublicSites } from '../folder/public-sites.ts';
import { Tokens } from '../folder/tokens.ts';
import { Resources } from '../query/resources/resources.ts';

/**
 * Completes deletions of sites that were interrupted, before anything of the data folder is used. A deletion that fails again
 * is logged: the next one, or the next start, completes it.
 *
 * @param folder the data folder
 * @param others what has something of sites besides the store and the folder
 * @throws HitError `store_unavailable`; `data_dir_unusable` if a file of the folder is damaged
 */
export async function resumeDeletions(
  store: Pick<SiteDeletionsOptions, 'store' | 'spool' | 'rollups'>,
  folder: string,
  others: readonly SiteData[],
  log: { warn(message: string): void },
): Promise<void> {
  // Usually there is none, and no file need be read.
  if ((await pendingDeletions(store.store)).length === 0) return;
  const { now } = Date;
  const siteData = [new Tokens(folder, now), new PublicSites(folder), new Resources(folder), ...others];
  const { spool, rollups } = store;
  const deletions = new SiteDeletions({ ...{ store: store.store, spool, rollups, siteData, now } });
  await deletions
    .resume()
    .catch((error) => log.warn(`the deletion of a site is not complete: ${messageOf(error)}`));
}
