import { described, list, TEXT } from '../schema/schema.ts';
import { type Source, withConsistentRollups } from './source.ts';

/** A misspelt name is otherwise answered as a site without hits. */
export const UNKNOWN_SITES = described(
  list(TEXT),
  'sites of the query that never had a hit; missing if there are none',
);

/** The member of `meta` that names sites of a query that never had a hit. */
export async function unknownSites(
  { store }: Source,
  sites: readonly string[],
): Promise<{ readonly unknown_sites?: readonly string[] }> {
  if (sites.length === 0) return {};
  const rows = await withConsistentRollups(store, ({ fragments }) =>
    store.rows<{ site: string }>('known_sites', { sites: [...sites] }, undefined, fragments),
  );
  const known = new Set(rows.map(({ site }) => site));
  const unknown = sites.filter((site) => !known.has(site));
  return unknown.length > 0 ? { unknown_sites: unknown } : {};
}
