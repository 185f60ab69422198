import { siteName } from '../hit/site-name.ts';
import { suggestion } from '../schema/suggestion.ts';

/**
 * Warns about sites without any hit, and suggests similar ones: otherwise a misspelt name would silently give zeros.
 *
 * @param sites those of a query; if its answer names unknown ones, only these
 * @param names reads the names of all sites; called only if there is a site
 */
export async function warnOfUnknownSites(
  sites: readonly string[],
  names: () => Promise<readonly string[]>,
  warn: (message: string) => void,
): Promise<void> {
  if (sites.length === 0) return;
  const known = await names();
  for (const site of sites.map(siteName)) {
    if (known.includes(site)) continue;
    warn(`no hit of the site "${site}" was ever stored${suggestion(site, known)}`);
  }
}
