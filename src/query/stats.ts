import { readCutoffs } from '../retention/cutoffs.ts';
import type { Prop, SiteSummary, Stats, Top } from './answers.ts';
import { comparisonOf } from './comparison.ts';
import type { Count, Value } from './counts.ts';
import { withStableData } from './data-stats.ts';
import { type Bucketing, hitsQuery, statsFromHits, topFromHits } from './from-hits.ts';
import { countOf, statsFromRollups, topFromRollups } from './from-rollups.ts';
import { comparedPeriod } from './period.ts';
import { type BoundedSelection, choosePlan, FEW_HITS, knownFrom, type Plan } from './plan.ts';
import { isDimension, type Ranking } from './ranking.ts';
import {
  type ComparisonKind,
  chooseInterval,
  type Interval,
  type Metric,
  type Selection,
  stepOf,
} from './selection.ts';
import { type Row, type Source, withConsistentRollups } from './source.ts';
import { nullifyUnknown } from './unknown.ts';
import { rankUnrolled, readProps } from './unrolled.ts';
import { VISITORS_ERROR } from './visitors.ts';
import { readVisits, type VisitFigures, type Visits, wantsVisits } from './visits.ts';

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

/** Totals of a period, and a series that includes empty intervals. */
export async function stats(
  source: Source,
  selection: Selection,
  options: StatsOptions,
  now = Date.now(),
): Promise<Stats> {
  const period = await periodOf(source, selection, now);
  const interval = options.interval ?? chooseInterval(period.from, period.to);
  const answer = await count(source, period, { ...options, interval });
  if (!options.compare) return answer;
  const before = comparedPeriod(period, options.compare, options.timezone);
  const compared = await count(source, { ...period, ...before }, { ...options, interval });
  return { ...answer, comparison: comparisonOf(answer, compared) };
}

function count(
  source: Source,
  period: BoundedSelection,
  { interval, timezone, metrics = [] }: StatsOptions & { readonly interval: Interval },
): Promise<Stats> {
  const cut = { interval, step: stepOf(interval, period.from, period.to), timezone };
  return withStableData(source, period, async (stock) => {
    const plan = choosePlan(period, { interval }, stock);
    const [{ totals, series }, visits] = await Promise.all([
      plan.from === 'rollups'
        ? statsFromRollups(source, period, plan, cut)
        : statsFromHits(source, period, cut),
      wantsVisits(metrics) ? visitsOf(source, period, cut, metrics) : undefined,
    ]);
    const known = knownFrom(plan, stock);
    const figures = (start: number, counted: Count, ofVisits: VisitFigures | undefined) => ({
      ...nullifyUnknown(counted, start, known),
      ...(ofVisits && nullifyUnknown(ofVisits, start, stock.hitsFrom)),
    });
    return {
      site: period.site === '' ? null : period.site,
      ...edges(period, plan),
      interval,
      ...(plan.from === 'rollups' && ESTIMATED),
      ...purgedBefore(period, visits ? Math.max(known, stock.hitsFrom) : known),
      totals: figures(period.from, totals, visits?.totals),
      series: series.map(({ time, ...counted }) => ({
        time: isoTime(time),
        ...figures(Math.max(time, period.from), counted, visits?.at(time)),
      })),
    };
  });
}

/** Visits are always counted from single hits. */
async function visitsOf(
  source: Source,
  period: BoundedSelection,
  cut: Bucketing,
  metrics: readonly Metric[],
): Promise<Visits> {
  const { parameters, fragments } = await hitsQuery(source, period);
  const { interval, timezone } = cut;
  return readVisits(source.store, { ...parameters, interval, timezone }, fragments, metrics);
}

/** The values of a dimension, or of another ranking, with most hits. */
export async function top(
  source: Source,
  selection: Selection,
  by: Ranking,
  limit: number,
  now = Date.now(),
): Promise<Top> {
  // A ranking of bots only counts bots.
  const bots = by === 'bot' ? 'only' : selection.bots;
  const period = await periodOf(source, { ...selection, bots }, now);
  return withStableData(source, period, async (stock) => {
    const plan: Plan = isDimension(by) ? choosePlan(period, { by }, stock) : { from: 'hits' };
    const known = knownFrom(plan, stock);
    // In a partly purged period, some values would keep a few hits: so the rows cover the time with all hits.
    const rest = { ...period, from: Math.max(period.from, known) };
    const rows = rest.from >= rest.to ? [] : await ranked(source, rest, plan, by, limit);
    return {
      by,
      ...edges(period, plan),
      ...(plan.from === 'rollups' && ESTIMATED),
      ...purgedBefore(period, known),
      rows,
    };
  });
}

function ranked(
  source: Source,
  period: BoundedSelection,
  plan: Plan,
  by: Ranking,
  limit: number,
): Promise<readonly Value[]> {
  if (!isDimension(by)) return rankUnrolled(source, period, by, limit);
  return plan.from === 'rollups'
    ? topFromRollups(source, period, plan, by, limit)
    : topFromHits(source, period, by, limit);
}

/** Properties of the events in a selection, and their counts. */
export async function props(source: Source, selection: Selection, now = Date.now()): Promise<Prop[]> {
  return readProps(source, await periodOf(source, selection, now));
}

/** All sites with hits, most hits first. Visitors are exact if there are few hits, estimates otherwise. */
export async function sites({ store, maxScannedHits = FEW_HITS }: Source): Promise<SiteSummary[]> {
  const rows = await withConsistentRollups(store, (fresh) =>
    store.rows<Row<'hits' | 'first' | 'last'> & { site: string; ranks: number[] }>(
      'rollup_sites',
      {},
      undefined,
      fresh.fragments,
    ),
  );
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

/** A selection's period; if open, from the first hit to the last one, or to now. */
async function periodOf(
  { store, archive }: Source,
  selection: Selection,
  now: number,
): Promise<BoundedSelection> {
  if (selection.from !== undefined && selection.to !== undefined) return selection as BoundedSelection;
  const [[extent], archived] = await Promise.all([
    withConsistentRollups(store, (fresh) =>
      store.rows<Row<'hits' | 'first' | 'last'>>(
        'extent',
        { sites: selection.site === '' ? [] : [selection.site] },
        undefined,
        fresh.fragments,
      ),
    ),
    archive?.firstOf(selection.site),
  ]);
  const hasHits = Number(extent?.hits ?? 0) > 0;
  const last = selection.from === undefined && hasHits ? Number(extent?.last) + 1 : now;
  const to = selection.to ?? Math.max(last, (selection.from ?? 0) + 1);
  const first = Math.min(hasHits ? Number(extent?.first) : to - 1, archived ?? Number.POSITIVE_INFINITY);
  return { ...selection, from: selection.from ?? Math.min(first, to - 1), to };
}

const ESTIMATED = { error: Number(VISITORS_ERROR.toFixed(4)) };

/** The period of an answer: longer than requested if hits at a boundary are purged. */
function edges({ from, to }: BoundedSelection, plan: Plan): { from: string; to: string } {
  if (plan.from === 'hits') return { from: isoTime(from), to: isoTime(to) };
  return { from: isoTime(Math.min(from, plan.first)), to: isoTime(Math.max(to, plan.end)) };
}

/** The gap of an answer: empty if all hits of the period are known. */
function purgedBefore(period: BoundedSelection, knownFrom: number): { purged_before?: string } {
  return knownFrom > period.from ? { purged_before: isoTime(knownFrom) } : {};
}

function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('.000Z', 'Z');
}
