import type { Writable } from 'node:stream';
import { siteName } from '../hit/site.ts';
import { suggestion } from '../schema/suggestion.ts';

/**
 * Warns on stderr about a site without any hit, and suggests a similar one: otherwise a misspelt name would silently give zeros.
 *
 * @param names reads the names of all sites; called only if there is a site
 */
export async function warnOfUnknownSite(
  site: string | undefined,
  names: () => Promise<readonly string[]>,
  stderr: Pick<Writable, 'write'>,
): Promise<void> {
  if (site === undefined || site === '') return;
  const known = await names();
  const name = siteName(site);
  if (known.includes(name)) return;
  stderr.write(`no hit of the site "${name}" was ever stored${suggestion(name, known)}\n`);
}
