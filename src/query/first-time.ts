import { Bindings } from './engine/bindings.ts';
import { type Row, type Source, withConsistentRollups } from './source.ts';

/**
 * The time of the first hit or visit of sites, also of those that are purged but counted, in milliseconds since 1970.
 *
 * @param sites none: all of them
 * @returns undefined if there is none
 */
export async function firstTime(source: Source, sites: readonly string[]): Promise<number | undefined> {
  const [visits, hits] = await Promise.all([spanOfVisits(source, sites), firstHit(source, sites)]);
  const times = [visits?.first, hits];
  // The archive has its list in memory.
  for (const site of sites.length === 0 ? [''] : sites) times.push(await source.archive?.firstOf(site));
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** The time of the last hit of the visits of sites, in milliseconds since 1970; undefined without visits. */
export async function lastTime(source: Source, sites: readonly string[]): Promise<number | undefined> {
  return (await spanOfVisits(source, sites))?.last;
}

async function firstHit({ store }: Source, sites: readonly string[]): Promise<number | undefined> {
  const [extent] = await withConsistentRollups(store, ({ fragments }) =>
    store.rows<Row<'hits' | 'first'>>('extent', { sites }, undefined, fragments),
  );
  return Number(extent?.hits ?? 0) > 0 ? Number(extent?.first) : undefined;
}

async function spanOfVisits(
  { store }: Source,
  sites: readonly string[],
): Promise<{ readonly first: number; readonly last: number } | undefined> {
  const bind = new Bindings();
  const isAsked = sites.length === 0 ? "v.site != ''" : `v.site IN ${bind.texts(sites)}`;
  const [row] = await store.rowsOf<Row<'visits' | 'first' | 'last'>>(
    `SELECT count() AS visits, toUnixTimestamp64Milli(min(v.start)) AS first, toUnixTimestamp64Milli(max(v.finish)) AS last
FROM visits AS v WHERE ${isAsked} AND v.hits > 0`,
    bind.parameters,
  );
  return Number(row?.visits ?? 0) > 0 ? { first: Number(row!.first), last: Number(row!.last) } : undefined;
}
