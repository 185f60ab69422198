/**
 * Answers to `POST /api/v1/query`. What the contract leaves open of rows, order and comparison is chosen thus:
 *
 * - A row is there if one of the metrics asked for has something to count in it, even if that is 0 of a kind: hits for
 *   metrics of hits, visits for those of visits, signals for time_on_page and scroll_depth. By time alone, all intervals of
 *   the period are there, as in `GET /stats`. Without dimensions there is one row.
 * - Times are the begin of an interval as ISO 8601 UTC; weeks begin on Monday; the first interval may begin before the period.
 * - The order is, as in Plausible, by time if that is a dimension, else by the first metric from the greatest on. Among equals
 *   it is by the values of the dimensions, as bytes of UTF-8. Values are rounded before they are ordered; null is last either
 *   way. Money is ordered by the amount in the currency that most rows have, the first of the alphabet among several.
 * - `limit` is 10,000 if it is not said, as in Plausible. `total_rows` counts all. `totals` are the query without dimensions.
 * - A compared row is the one with the same values; intervals are paired by position. A row that is not there earlier has what
 *   an empty one has; an interval that has no pair has null. Rows that are only there earlier are not told.
 * - A change is in percent of the earlier value, for rates too, and null if that is 0, as in `GET /stats`. (Plausible says
 *   100 then.)
 */

import type { ActionTest } from './goal.ts';
import { calendarOf, emptyGroup, groupsOf, type KeyedGroup, keyOf, unitOf } from './groups.ts';
import { measure, ratio, visitorsOf, type Whole } from './metric.ts';
import { comparedPeriod, isoOf, type Period, periodOf } from './period.ts';
import type { Answer, Change, Compared, Filter, Query, Row, Value } from './query.ts';
import { ordered } from './row-order.ts';
import { botsOf, selectionOf, visitsOfSites, type World } from './selection.ts';

const LIMIT = 10_000;

interface Result {
  readonly dimensions: readonly string[];
  readonly metrics: readonly Value[];
}

/** Rows of one period, by key. */
interface Counted {
  readonly rows: ReadonlyMap<string, Result>;
  /** What a row has that is not there. */
  readonly absent: (values: readonly string[]) => readonly Value[];
}

export function answer(world: World, asked: Query): Answer {
  // Settled here, as it is of the dimensions that totals lack.
  const query: Query = { ...asked, bots: botsOf(asked) };
  const { include = {}, limit = LIMIT, offset = 0, timezone = 'UTC' } = query;
  const period = scopePeriod(world, query);
  const earlier =
    include.comparison === undefined ? undefined : comparedPeriod(period, include.comparison, timezone);
  const rows = ordered([...counted(world, query, period).rows.values()], query);
  const compared = earlier && comparer(world, query, period, earlier);
  const results = rows.slice(offset, offset + limit).map((row): Row => withComparison(row, compared));
  return {
    results,
    ...(include.totals && { totals: totalsOf(world, query, period, earlier) }),
    meta: include.total_rows ? { total_rows: rows.length } : {},
    query: { period: told(period), ...(earlier && { comparison: told(earlier) }) },
  };
}

/** The period of a question, as times. */
export function scopePeriod(world: World, scope: Pick<Query, 'site' | 'period' | 'timezone'>): Period {
  let first: number | undefined;
  for (const { begin } of visitsOfSites(world, scope))
    if (first === undefined || begin < first) first = begin;
  return periodOf(scope.period, scope.timezone ?? 'UTC', world.now, first);
}

function told({ from, to }: Period): { from: string; to: string } {
  return { from: isoOf(from), to: isoOf(to) };
}

function totalsOf(
  world: World,
  query: Query,
  period: Period,
  earlier: Period | undefined,
): Omit<Row, 'dimensions'> {
  const whole: Query = { ...query, dimensions: [] };
  const [row] = counted(world, whole, period).rows.values();
  const compared = earlier && comparer(world, whole, period, earlier);
  const { dimensions: _, ...rest } = withComparison(row!, compared);
  return rest;
}

function counted(world: World, query: Query, period: Period): Counted {
  const { metrics, dimensions = [], timezone: zone = 'UTC' } = query;
  const { naming } = world;
  const isConversion: ActionTest = (hit) => {
    const goals = naming.goalsOf(hit);
    return query.goal === undefined ? goals.length > 0 : goals.includes(query.goal);
  };
  const grouping = { dimensions, metrics, zone, naming, isConversion };
  const selection = selectionOf(world, query, period);
  const groups = groupsOf(selection, period, grouping);
  const units = dimensions.map(unitOf);
  if (units.length === 1 && units[0] !== undefined) {
    for (const start of calendarOf(zone).startsIn(units[0], period.from, period.to)) {
      const values = [isoOf(start)];
      if (!groups.has(keyOf(values))) groups.set(keyOf(values), emptyGroup(values));
    }
  }
  const visitors = wholeVisitors(world, query, period);
  const reached = reachOf(world, query, period, { ...grouping, metrics: ['visitors'] });
  const valuesOf = (group: KeyedGroup): Value[] => {
    const whole: Whole = { visitors, reached: reached(group.values), hasGoal: query.goal !== undefined };
    return metrics.map((metric) => measure(metric, group, whole));
  };
  const rows = new Map<string, Result>();
  for (const [key, group] of groups) rows.set(key, { dimensions: group.values, metrics: valuesOf(group) });
  return { rows, absent: (values) => valuesOf(emptyGroup(values)) };
}

function wholeVisitors(world: World, query: Query, period: Period): number {
  if (!query.metrics.includes('percentage')) return 0;
  const { hits, matches, counts } = selectionOf(world, { ...query, dimensions: [] }, period);
  return visitorsOf(hits.filter((hit) => counts(hit) && matches(hit)));
}

/** The visitors of a row without regard to goals and properties. */
function reachOf(
  world: World,
  query: Query,
  period: Period,
  grouping: Parameters<typeof groupsOf>[2],
): (values: readonly string[]) => number {
  if (!query.metrics.includes('conversion_rate')) return () => 0;
  const isKept = (dimension: string) => dimension !== 'goal' && !dimension.startsWith('prop:');
  const filters = (query.filters ?? []).filter((filter) => isKept(dimensionOf(filter)));
  const dimensions = grouping.dimensions.filter(isKept);
  const selection = selectionOf(world, { ...query, dimensions, filters }, period);
  const groups = groupsOf(selection, period, { ...grouping, dimensions });
  return (values) => {
    const kept = values.filter((_, at) => isKept(grouping.dimensions[at]!));
    return visitorsOf(groups.get(keyOf(kept))?.hits ?? []);
  };
}

/** '' for a filter that is made of others. */
function dimensionOf(filter: Filter): string {
  return typeof filter[1] === 'string' ? filter[1] : '';
}

/** Pairs a row with that of another period. */
function comparer(world: World, query: Query, period: Period, earlier: Period): (row: Result) => Compared {
  const { metrics, dimensions = [], timezone = 'UTC' } = query;
  const { rows, absent } = counted(world, query, earlier);
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
