/**
 * What the store still has of a period.
 *
 * A horizon says up to where a site was purged or archived, and never goes back. It is a reason to look, not an answer: hits
 * may be there again, restored or imported anew, and an archive may have them. Whether they all are, the rollups tell, which
 * counted them: a site and UTC day with as many hits as were rolled up, and those that are not yet, is complete.
 */

import { type Cutoffs, readCutoffs } from '../retention/cutoffs.ts';
import { DAY, type DataStats, type Period } from './plan.ts';
import { type Row, type Source, withConsistentRollups } from './source.ts';

/** Answers that a purge may spoil before the last is taken as it is. */
const TRIES = 3;

/**
 * Asks for something when it is known what the store has, and again where that became less meanwhile: what a purge deletes
 * while hits are counted would be missing without a word. Hits that go do not come back by themselves, so what is there
 * afterwards was there all the time.
 *
 * @param ask of what is there
 */
export async function withStableData<Answer>(
  source: Source,
  period: Period,
  ask: (stock: DataStats) => Promise<Answer>,
): Promise<Answer> {
  let known = await knownOf(source, period);
  for (let tries = 1; ; tries++) {
    const hits = await estimate(source, period);
    const answer = await ask({ hits, maxScannedHits: source.maxScannedHits, ...known });
    const now = await knownOf(source, period);
    const isSame = now.hitsFrom <= known.hitsFrom && now.rollupsFrom <= known.rollupsFrom;
    if (isSame || tries === TRIES) return answer;
    known = now;
  }
}

/** Hits that the engine would read, about. */
async function estimate({ store }: Source, { site, from, to }: Period): Promise<number> {
  const rows = await store.rows<Row<'rows'>>('estimate', { site, from, to });
  return rows.reduce((sum, row) => sum + Number(row.rows), 0);
}

async function knownOf(source: Source, period: Period): Promise<Omit<DataStats, 'hits'>> {
  const horizons = await readCutoffs(source.store);
  const { parts } = source.store.guard;
  const rollupsFrom = cutoffOf(horizons, 'rollups', period.site);
  // Where it is not known up to where hits were purged, any of them may be.
  const hitsFrom = parts.isIncomplete('horizons') ? period.to : cutoffOf(horizons, 'hits', period.site);
  // Where rollups are lost they cannot stand for purged hits, nor tell that hits are missing.
  if (parts.isIncomplete('rollups')) return { hitsFrom, rollupsFrom: Math.max(hitsFrom, rollupsFrom) };
  if (hitsFrom <= period.from) return { hitsFrom, rollupsFrom };
  return { hitsFrom: await completeFrom(source, period, { hitsFrom, rollupsFrom }), rollupsFrom };
}

/** Of all sites together the latest: one that misses hits makes their sum incomplete. */
function cutoffOf(horizons: Cutoffs, kept: keyof Cutoffs, site: string): number {
  const bySite = horizons[kept];
  return site === '' ? Math.max(0, ...bySite.values()) : (bySite.get(site) ?? 0);
}

/** From when on all hits of a period are there, in milliseconds since 1970. */
async function completeFrom(
  { store, archive }: Source,
  { site, from, to }: Period,
  { hitsFrom, rollupsFrom }: Omit<DataStats, 'hits'>,
): Promise<number> {
  const start = Math.floor(from / DAY) * DAY;
  // Days whose rollups are purged too cannot be judged.
  const first = Math.max(start, rollupsFrom);
  const end = Math.min(hitsFrom, Math.ceil(to / DAY) * DAY);
  if (first >= end) return hitsFrom;
  const hits = await archive?.hitsOf({ site, from: first, to: end });
  const [row] = await withConsistentRollups(store, ({ fragments }) =>
    store.rows<Row<'seconds'>>('purged_days', { site, first, end }, undefined, {
      ...fragments,
      ...(hits !== undefined && { hits }),
    }),
  );
  const missing = Number(row?.seconds ?? 0) * 1000;
  if (missing > 0) return missing;
  return first > start ? first : 0;
}
