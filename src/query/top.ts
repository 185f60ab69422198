/** Rankings: the values of a dimension, pages on which visits begin or end, and values of properties. */
import type { Prop, Top } from './answers.ts';
import type { Value } from './counts.ts';
import type { VisitsUntil } from './current-visits.ts';
import { withStableData } from './data-stats.ts';
import { propNames } from './engine/prop-names.ts';
import { topFromHits } from './from-hits.ts';
import { topFromRollups } from './from-rollups.ts';
import { topFromVisits } from './from-visits.ts';
import { type Period, queryTime } from './period.ts';
import { type BoundedSelection, choosePlan, type DataStats, knownFrom, type Plan } from './plan.ts';
import { hasPurgedStraddlers } from './purged-straddlers.ts';
import { isDimension, type Ranking } from './ranking.ts';
import { ESTIMATED, edges, gapsOf, periodOf } from './selected-period.ts';
import type { Selection } from './selection.ts';
import type { Source } from './source.ts';
import { choosesHits, choosesVisits, propsQuery, ranksVisits } from './visit-query.ts';

/**
 * The values of a dimension, or of another ranking, with the most hits.
 *
 * @param visitsUntil from `CurrentVisits`. Default: visits have all hits
 */
export async function top(
  source: Source,
  selection: Selection,
  by: Ranking,
  limit: number,
  now = queryTime(),
  visitsUntil?: VisitsUntil,
): Promise<Top> {
  // A ranking of bots only counts bots.
  const bots = by === 'bot' ? 'only' : selection.bots;
  const period = await periodOf(source, { ...selection, bots }, now);
  const ask = async (data: DataStats): Promise<Top> => {
    const { plan, known } = planRanking(period, by, data, await areVisitsEnough(source, period, by, data));
    // In a partly known period, some values would have only a part of their hits, so the rows cover the time with all hits.
    const rest = {
      ...period,
      from: Math.max(period.from, known.from),
      to: Math.min(period.to, known.to),
    };
    const rows = rest.from >= rest.to ? [] : await ranked(source, rest, plan, by, limit);
    return {
      by,
      ...edges(period, plan),
      ...(plan.from === 'rollups' && ESTIMATED),
      ...gapsOf(period, known),
      rows,
    };
  };
  return withStableData(source, period, ask, visitsUntil);
}

/**
 * Whether visits alone have a ranking by their attributes although hits are purged. They lack nothing unless a visit crosses an end of
 * the period.
 */
async function areVisitsEnough(
  source: Source,
  period: BoundedSelection,
  by: Ranking,
  { hitsFrom, visitsFrom }: DataStats,
): Promise<boolean> {
  const arePurged = hitsFrom > period.from && visitsFrom <= period.from;
  if (!arePurged || !ranksVisits(by) || choosesHits(period)) return false;
  return !(await hasPurgedStraddlers(source, period, hitsFrom));
}

/**
 * Chooses the data source of a ranking. A ranking of visits comes from visits, and from the hits of those that cross an end of the
 * period. If some of these are purged, it comes from the rollups, which count each hit by its own value, but have all hits.
 */
function planRanking(
  period: BoundedSelection,
  by: Ranking,
  data: DataStats,
  areVisitsEnough: boolean,
): { readonly plan: Plan | { readonly from: 'visits' }; readonly known: Period } {
  const plan: Plan = isDimension(by) ? choosePlan(period, { by }, data) : { from: 'hits' };
  const known = { from: knownFrom(plan, data), to: Number.POSITIVE_INFINITY };
  const isByVisit = ranksVisits(by) || choosesVisits(period.filters);
  if (isDimension(by) && !isByVisit) return { plan, known };
  const byVisit = isByVisit
    ? {
        from: areVisitsEnough ? data.visitsFrom : Math.max(data.hitsFrom, data.visitsFrom),
        to: data.visitsUntil,
      }
    : { from: data.hitsFrom, to: Number.POSITIVE_INFINITY };
  const areUnknown = byVisit.from > period.from && known.from < byVisit.from;
  if (plan.from === 'rollups' && areUnknown) return { plan, known };
  return { plan: { from: 'visits' }, known: byVisit };
}

function ranked(
  source: Source,
  period: BoundedSelection,
  plan: ReturnType<typeof planRanking>['plan'],
  by: Ranking,
  limit: number,
): Promise<readonly Value[]> {
  if (plan.from === 'visits' || !isDimension(by)) return topFromVisits(source, period, by, limit);
  return plan.from === 'rollups'
    ? topFromRollups(source, period, plan, by, limit)
    : topFromHits(source, period, by, limit);
}

/** Properties of the events in a selection, and their counts. */
export async function props(source: Source, selection: Selection, now = queryTime()): Promise<Prop[]> {
  const period = await periodOf(source, selection, now);
  return propNames(source, { ...propsQuery(period), from: period.from, to: period.to });
}
