/**
 * Answers to `POST /api/v1/query`. Choices for rows, order and comparison where the contract is silent:
 *
 * - A row exists if at least one requested metric has something to count, even if that count is 0: hits for metrics of hits,
 *   visits for metrics of visits, signals for time_on_page and scroll_depth. If time is the only dimension, every interval of
 *   the period has a row, as in `GET /stats`. Without dimensions there is exactly one row.
 * - Times are starts of intervals, in ISO 8601 UTC. Weeks start on Monday. The first interval may start before the period.
 * - The default order is Plausible's: by time if that is a dimension, else by the first metric, descending. Ties are in
 *   ascending order of the dimensions, by UTF-8 bytes. Values are rounded before they are ordered. Null is always last. Money
 *   is ordered by the currency that most rows have, the alphabetically first among several.
 * - `limit` defaults to 10,000, as in Plausible. `total_rows` is the number before `limit`. `totals` are the query without
 *   dimensions.
 * - A comparison pairs rows with equal values, and intervals by position. A row that is missing in the earlier period has the
 *   values of an empty row; an interval without a counterpart has null. Rows of the earlier period only are not returned.
 * - A change is in percent of the earlier value, also for rates, and null if that is 0, as in `GET /stats`. (Plausible
 *   returns 100 then.)
 */

import type { ActionTest } from './goal.ts';
import { calendarOf, emptyGroup, groupsOf, type KeyedGroup, keyOf, unitOf } from './groups.ts';
import { measure, type RowContext, ratio, visitorsOf } from './metric.ts';
import { comparedPeriod, isoOf, type Period, periodOf } from './period.ts';
import type { Answer, Change, Compared, Filter, Note, Query, Row, Value } from './query.ts';
import { ordered } from './row-order.ts';
import { botsOf, type Dataset, selectionOf, visitsOfSites } from './selection.ts';

const LIMIT = 10_000;

interface Result {
  readonly dimensions: readonly string[];
  readonly metrics: readonly Value[];
}

/** Rows of one period, by key. */
interface Counted {
  readonly rows: ReadonlyMap<string, Result>;
  /** The metrics of a row that does not exist. */
  readonly absent: (values: readonly string[]) => readonly Value[];
}

export function answer(dataset: Dataset, request: Query): Answer {
  // Decided here, as it depends on the dimensions, which totals do not have.
  const query: Query = { ...request, bots: botsOf(request) };
  const { include = {}, limit = LIMIT, offset = 0, timezone = 'UTC' } = query;
  const period = scopePeriod(dataset, query);
  const earlier =
    include.comparison === undefined ? undefined : comparedPeriod(period, include.comparison, timezone);
  const rows = ordered([...counted(dataset, query, period).rows.values()], query);
  const compared = earlier && comparer(dataset, query, period, earlier);
  const results = rows.slice(offset, offset + limit).map((row): Row => withComparison(row, compared));
  const totals = include.totals ? totalsOf(dataset, query, period, earlier) : undefined;
  const notes = notesOf(totals ? [...results, totals] : results, query);
  return {
    results,
    ...(totals && { totals }),
    meta: { ...(include.total_rows && { total_rows: rows.length }), ...(notes.length > 0 && { notes }) },
    query: { period: periodText(period), ...(earlier && { comparison: periodText(earlier) }) },
  };
}

/** Notes about sizes and times of responses that no hit has. */
function notesOf(rows: readonly Omit<Row, 'dimensions'>[], { metrics }: Query): Note[] {
  const detail =
    'no hit has them: sizes and response times come from access logs, if these have them; the values are null';
  const notes: Note[] = [];
  for (const period of ['period', 'comparison'] as const) {
    let all = rows.map((row) => (period === 'period' ? row.metrics : (row.comparison?.metrics ?? [])));
    // Intervals without a counterpart.
    if (period === 'comparison' && all.some((row) => row.some((value) => value !== null)))
      all = all.filter((row) => row.some((value) => value !== null));
    const unknown = metrics.filter(
      (metric, at) => /^(bandwidth|response_time)/.test(metric) && all.some((row) => row[at] === null),
    );
    if (unknown.length > 0) notes.push({ metrics: unknown, period, detail });
  }
  return notes;
}

/** The period of a query, as times. */
export function scopePeriod(dataset: Dataset, scope: Pick<Query, 'site' | 'period' | 'timezone'>): Period {
  let first: number | undefined;
  for (const { start } of visitsOfSites(dataset, scope))
    if (first === undefined || start < first) first = start;
  return periodOf(scope.period, scope.timezone ?? 'UTC', dataset.now, first);
}

function periodText({ from, to }: Period): { from: string; to: string } {
  return { from: isoOf(from), to: isoOf(to) };
}

function totalsOf(
  dataset: Dataset,
  query: Query,
  period: Period,
  earlier: Period | undefined,
): Omit<Row, 'dimensions'> {
  const whole: Query = { ...query, dimensions: [] };
  const [row] = counted(dataset, whole, period).rows.values();
  const compared = earlier && comparer(dataset, whole, period, earlier);
  const { dimensions: _, ...rest } = withComparison(row!, compared);
  return rest;
}

function counted(dataset: Dataset, query: Query, period: Period): Counted {
  const { metrics, dimensions = [], timezone: zone = 'UTC' } = query;
  const { labels } = dataset;
  const isConversion: ActionTest = (hit) => {
    const goals = labels.goalsOf(hit);
    return query.goal === undefined ? goals.length > 0 : goals.includes(query.goal);
  };
  const grouping = { dimensions, metrics, zone, labels, goal: query.goal, isConversion };
  const selection = selectionOf(dataset, query, period);
  const groups = groupsOf(selection, period, grouping);
  const units = dimensions.map(unitOf);
  if (units.length === 1 && units[0] !== undefined) {
    for (const start of calendarOf(zone).startsIn(units[0], period.from, period.to)) {
      const values = [isoOf(start)];
      if (!groups.has(keyOf(values))) groups.set(keyOf(values), emptyGroup(values));
    }
  }
  const visitors = wholeVisitors(dataset, query, period);
  const baseVisitors = baseVisitorsOf(dataset, query, period, { ...grouping, metrics: ['visitors'] });
  const valuesOf = (group: KeyedGroup): Value[] => {
    const context: RowContext = {
      visitors,
      baseVisitors: baseVisitors(group.values),
      hasGoal: query.goal !== undefined,
    };
    return metrics.map((metric) => measure(metric, group, context));
  };
  const rows = new Map<string, Result>();
  for (const [key, group] of groups) rows.set(key, { dimensions: group.values, metrics: valuesOf(group) });
  return { rows, absent: (values) => valuesOf(emptyGroup(values)) };
}

function wholeVisitors(dataset: Dataset, query: Query, period: Period): number {
  if (!query.metrics.includes('percentage')) return 0;
  const { hits, matches, counts } = selectionOf(dataset, { ...query, dimensions: [] }, period);
  return visitorsOf(hits.filter((hit) => counts(hit) && matches(hit)));
}

/** The visitors of a row, ignoring goals and properties. */
function baseVisitorsOf(
  dataset: Dataset,
  query: Query,
  period: Period,
  grouping: Parameters<typeof groupsOf>[2],
): (values: readonly string[]) => number {
  if (!query.metrics.includes('conversion_rate')) return () => 0;
  const isKept = (dimension: string) => dimension !== 'goal' && !dimension.startsWith('prop:');
  const filters = unnested(query.filters ?? []).filter((filter) => conditionsOf(filter).some(isKept));
  const dimensions = grouping.dimensions.filter(isKept);
  const selection = selectionOf(dataset, { ...query, dimensions, filters }, period);
  const groups = groupsOf(selection, period, { ...grouping, dimensions });
  return (values) => {
    const kept = values.filter((_, at) => isKept(grouping.dimensions[at]!));
    return visitorsOf(groups.get(keyOf(kept))?.hits ?? []);
  };
}

/** Filters without `and` around some of them, which says the same. */
function unnested(filters: readonly Filter[]): Filter[] {
  const found: Filter[] = [];
  for (const filter of filters)
    if (filter[0] === 'and') found.push(...unnested(filter[1]));
    else found.push(filter);
  return found;
}

/** The dimensions and numbers of a filter's conditions, with '' for one on what a visitor has done. */
function conditionsOf(filter: Filter): string[] {
  switch (filter[0]) {
    case 'and':
    case 'or':
      return filter[1].flatMap(conditionsOf);
    case 'not':
      return conditionsOf(filter[1]);
    case 'has_done':
    case 'has_not_done':
      return [''];
    default:
      return [filter[1]];
  }
}

/** Pairs a row with the one of another period. */
function comparer(
  dataset: Dataset,
  query: Query,
  period: Period,
  earlier: Period,
): (row: Result) => Compared {
  const { metrics, dimensions = [], timezone = 'UTC' } = query;
  const { rows, absent } = counted(dataset, query, earlier);
  const calendar = calendarOf(timezone);
  const pairs = dimensions.map((dimension): ((value: string) => string | undefined) => {
    const unit = unitOf(dimension);
    if (unit === undefined) return (value) => value;
    const starts = calendar.startsIn(unit, period.from, period.to).map(isoOf);
    const others = calendar.startsIn(unit, earlier.from, earlier.to).map(isoOf);
    return (value) => others[starts.indexOf(value)];
  });
  return (row) => {
    const values: string[] = [];
    for (const [at, value] of row.dimensions.entries()) {
      const pair = pairs[at]!(value);
      if (pair === undefined) return { metrics: metrics.map(() => null), change: metrics.map(() => null) };
      values.push(pair);
    }
    const before = rows.get(keyOf(values))?.metrics ?? absent(values);
    return { metrics: before, change: row.metrics.map((value, at) => changeOf(value, before[at]!)) };
  };
}

function withComparison(row: Result, compare: ((row: Result) => Compared) | undefined): Row {
  return { ...row, ...(compare && { comparison: compare(row) }) };
}

function changeOf(now: Value, before: Value): Change {
  if (typeof now === 'number' && typeof before === 'number') return percentOf(now, before);
  if (now === null || before === null || typeof now === 'number' || typeof before === 'number') return null;
  const changes: Record<string, number | null> = {};
  for (const [currency, amount] of Object.entries(now)) {
    changes[currency] = percentOf(Number(amount), Number(before[currency] ?? 0));
  }
  return changes;
}

function percentOf(now: number, before: number): number | null {
  return ratio(100 * (now - before), Math.abs(before), 1);
}
