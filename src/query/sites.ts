import { readCutoffs } from '../retention/cutoffs.ts';
import type { SiteSummary } from './answers.ts';
import type { Count } from './counts.ts';
import { isoTime } from './engine/rows.ts';
import { countOf } from './from-rollups.ts';
import { FEW_HITS } from './plan.ts';
import { type Row, type Source, withConsistentRollups } from './source.ts';

/**
 * Sites with hits, most hits first. Visitors are exact if there are few hits, estimates otherwise.
 *
 * @param names the only sites to return. Default: all
 */
export async function sites(
  { store, maxScannedHits = FEW_HITS }: Source,
  names?: readonly string[],
): Promise<SiteSummary[]> {
  const all = await withConsistentRollups(store, (fresh) =>
    store.rows<Row<'hits' | 'first' | 'last'> & { site: string; ranks: number[] }>(
      'rollup_sites',
      {},
      undefined,
      fresh.fragments,
    ),
  );
  const rows = names ? all.filter(({ site }) => names.includes(site)) : all;
  const hits = rows.reduce((sum, row) => sum + Number(row.hits), 0);
  const exact = new Map<string, Count>();
  if (hits <= maxScannedHits) {
    const counts = await store.rows<Row<'hits' | 'visitors'> & { site: string }>('sites', {});
    for (const row of counts) exact.set(row.site, { hits: Number(row.hits), visitors: Number(row.visitors) });
  }
  const cutoffs = await readCutoffs(store);
  return rows.map((row) => {
    const count = exact.get(row.site);
    // If some hits were purged, the remaining ones are not enough.
    const isExact = count !== undefined && count.hits >= Number(row.hits);
    const rollupsFrom = cutoffs.rollups.get(row.site) ?? 0;
    const known = isExact ? Math.min(rollupsFrom, cutoffs.hits.get(row.site) ?? 0) : rollupsFrom;
    return {
      site: row.site,
      ...(isExact ? count : countOf(row)),
      ...(known > 0 && { purged_before: isoTime(known) }),
      first: isoTime(Number(row.first)),
      last: isoTime(Number(row.last)),
    };
  });
}
