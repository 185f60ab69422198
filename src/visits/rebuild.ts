/**
 * Computes visits again from their hits, for days on which they begin.
 *
 * The visits that begin on these days are deleted, and the hits that are then in no visit are added as if they had just
 * arrived. So a visit that begins before or after these days keeps its hits, even purged ones. Visits that continue after
 * these days are computed up to their ends.
 *
 * Between the statements, visits are missing. If the process dies there, `doctor` finds the days by their hits.
 */
import { quote } from '../clickhouse/literals.ts';
import { inShares, type Share, sharesOf } from '../clickhouse/shares.ts';
import { queryText } from '../clickhouse/sql.ts';
import { VISIT_FRAGMENTS } from '../clickhouse/visit-columns.ts';
import { visitStepFragments } from '../clickhouse/visit-step.ts';
import type { SiteDay } from '../store/site-day.ts';
import type { Store } from '../store/store.ts';
import { DAY } from '../timing/units.ts';

/** Consecutive days of a site. Milliseconds since 1970, `to` exclusive. */
interface Stretch {
  readonly site: string;
  readonly from: number;
  readonly to: number;
}

export interface RebuildOptions {
  /** SQL: whether a hit has been added to the visits. The next step adds the others. */
  readonly covered: string;
  /** Maximum hits per statement. */
  readonly mostHits: number;
}

/**
 * @param days whose hits must all be in the store: visits of missing hits are lost
 * @throws HitError `store_unavailable`, `store_full`
 */
export async function rebuildVisits(
  store: Store,
  days: readonly SiteDay[],
  options: RebuildOptions,
): Promise<void> {
  for (const stretch of stretchesOf(days)) await rebuildStretch(store, stretch, options);
}

async function rebuildStretch(
  store: Store,
  { site, from, to }: Stretch,
  { covered, mostHits }: RebuildOptions,
): Promise<void> {
  const start = { site: quote(site), from: timeSql(from) };
  const period = { ...start, to: timeSql(to) };
  const [extent] = await store.rows<{ finish: string | number }>('visits_extent', {}, undefined, period);
  const window = { ...start, until: timeSql(Math.max(to, Number(extent?.finish) + 1)), covered };
  const [found] = await store.rows<{ hits: string | number }>('visits_extent_hits', {}, undefined, window);
  await store.guard.deleting(() => store.executeLong('visits_drop', period, 'hit-tracker-visits-repair', []));
  await inShares((share) => addUncounted(store, window, share), sharesOf(Number(found?.hits), mostHits));
}

/** Adds the hits that lie in no visit. */
function addUncounted(
  store: Store,
  window: Readonly<Record<string, string>>,
  { number, of }: Share,
): Promise<void> {
  const share = { shares: String(of), share: String(number), reach: VISIT_FRAGMENTS.reach };
  const scope = queryText('visits_uncounted', { ...window, ...share }).trim();
  const fragments = visitStepFragments(scope, new Map());
  return store.insertComputed({
    ...{ query: 'visits_step', table: 'visits', name: 'hit-tracker-visits', isWhole: true },
    fragmentsOf: () => fragments,
  });
}

function* stretchesOf(days: readonly SiteDay[]): Generator<Stretch> {
  for (const [site, its] of Map.groupBy(days, (day) => day.site)) {
    const starts = [...new Set(its.map(({ day }) => Date.parse(`${day}T00:00:00Z`)))].sort((a, b) => a - b);
    let from = starts[0]!;
    for (const [at, start] of starts.entries()) {
      const to = start + DAY;
      if (starts[at + 1] === to) continue;
      yield { site, from, to };
      from = starts[at + 1]!;
    }
  }
}

/** SQL: a time. @param milliseconds since 1970 */
function timeSql(milliseconds: number): string {
  return `fromUnixTimestamp64Milli(CAST(${milliseconds}, 'Int64'), 'UTC')`;
}
