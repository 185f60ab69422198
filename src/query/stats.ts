import type { Stats } from './answers.ts';
import { comparisonOf } from './comparison.ts';
import type { Count, Point } from './counts.ts';
import type { VisitsUntil } from './current-visits.ts';
import { withStableData } from './data-stats.ts';
import { isoTime } from './engine/rows.ts';
import { type Bucketing, bucketing, statsFromHits } from './from-hits.ts';
import { statsFromRollups } from './from-rollups.ts';
import { type Figures, statsFromVisits } from './from-visits.ts';
import { comparedPeriod, type Period, queryTime } from './period.ts';
import { type BoundedSelection, choosePlan, type DataStats, knownFrom, type Plan } from './plan.ts';
import { ESTIMATED, edges, gapsOf, periodOf } from './selected-period.ts';
import {
  type ComparisonKind,
  chooseInterval,
  type Interval,
  type Metric,
  type Selection,
} from './selection.ts';
import type { Source } from './source.ts';
import { nullifyUnknown } from './unknown.ts';
import { choosesHits, choosesVisits } from './visit-query.ts';

/** Metrics of whole visits. */
type VisitMetric = Exclude<Metric, 'hits' | 'visitors'>;

function isOfVisits(metric: Metric): metric is VisitMetric {
  return metric !== 'hits' && metric !== 'visitors';
}

/** How a period is counted. */
export interface StatsOptions {
  /** Undefined: chosen by the period's length. */
  readonly interval: Interval | undefined;
  readonly timezone: string;
  /** In addition to hits and visitors. Default: none. */
  readonly metrics?: readonly Metric[];
  /** A period to compare with. Default: none. */
  readonly compare?: ComparisonKind | undefined;
}

/**
 * Totals of a period, and a series that includes empty intervals.
 *
 * @param visitsUntil from `CurrentVisits`. Default: visits have all hits
 */
export async function stats(
  source: Source,
  selection: Selection,
  options: StatsOptions,
  now = queryTime(),
  visitsUntil?: VisitsUntil,
): Promise<Stats> {
  const period = await periodOf(source, selection, now);
  const interval = options.interval ?? chooseInterval(period.from, period.to);
  const answer = await count(source, period, { ...options, interval }, visitsUntil);
  if (!options.compare) return answer;
  const before = comparedPeriod(period, options.compare, options.timezone);
  const compared = await count(source, { ...period, ...before }, { ...options, interval }, visitsUntil);
  return { ...answer, comparison: comparisonOf(answer, compared) };
}

function count(
  source: Source,
  period: BoundedSelection,
  { interval, timezone, metrics = [] }: StatsOptions & { readonly interval: Interval },
  visitsUntil: VisitsUntil | undefined,
): Promise<Stats> {
  const cut = bucketing(interval, period, timezone);
  const ask = async (data: DataStats): Promise<Stats> => {
    const plan = choosePlan(period, { interval }, data);
    const asked = metrics.filter(isOfVisits);
    const { totals, series } = await counts(source, period, plan, cut, asked);
    const { ofHits, ofVisits } = knownSpans(period, plan, data);
    const figures = (own: Period, { hits, visitors, ...visits }: Counted) => ({
      ...nullifyUnknown({ hits, visitors }, own, ofHits),
      ...nullifyUnknown(visits, own, ofVisits),
    });
    return {
      site: period.site === '' ? null : period.site,
      ...edges(period, plan),
      interval,
      ...(plan.from === 'rollups' && ESTIMATED),
      ...gapsOf(period, asked.length > 0 ? common(ofHits, ofVisits) : ofHits),
      totals: figures(period, totals),
      series: series.map(({ time, ...counted }, at) => {
        const end = series[at + 1]?.time ?? period.to;
        const own = { from: Math.max(time, period.from), to: Math.min(end, period.to) };
        return { time: isoTime(time), ...figures(own, counted) };
      }),
    };
  };
  return withStableData(source, period, ask, visitsUntil);
}

/** Counts of a period or an interval, with the requested metrics of visits. */
type Counted = Count & Partial<Figures<VisitMetric>>;

async function counts(
  source: Source,
  period: BoundedSelection,
  plan: Plan,
  cut: Bucketing,
  metrics: readonly VisitMetric[],
): Promise<{ readonly totals: Counted; readonly series: readonly (Point & Counted)[] }> {
  if (choosesVisits(period.filters)) {
    // Hits and visitors are those of whole visits: the same statements count all.
    const all = await statsFromVisits(source, period, cut, ['hits', 'visitors', ...metrics]);
    return {
      totals: all.totals as Counted,
      series: cut.starts.map((time) => ({ time, ...(all.at(time) as Counted) })),
    };
  }
  const [{ totals, series }, visits] = await Promise.all([
    plan.from === 'rollups'
      ? statsFromRollups(source, period, plan, cut)
      : statsFromHits(source, period, cut),
    metrics.length > 0 ? statsFromVisits(source, period, cut, metrics) : undefined,
  ]);
  return {
    totals: { ...totals, ...visits?.totals },
    series: series.map((point) => ({ ...point, ...visits?.at(point.time) })),
  };
}

/** The time spans for which all hits, and all visits, of an answer are known. */
function knownSpans(
  period: BoundedSelection,
  plan: Plan,
  data: DataStats,
): { readonly ofHits: Period; readonly ofVisits: Period } {
  const hits = { from: knownFrom(plan, data), to: Number.POSITIVE_INFINITY };
  const visits = { from: data.visitsFrom, to: data.visitsUntil };
  return {
    ofHits: choosesVisits(period.filters) ? common(hits, visits) : hits,
    ofVisits: choosesHits(period) ? common(hits, visits) : visits,
  };
}

/** The time span for which both are known. */
function common(a: Period, b: Period): Period {
  return { from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) };
}
