/**
 * The JSON of a query, read strictly: what is not understood is refused with what was probably meant, since an answer to another
 * question than the one that was asked looks just as right.
 */
import { HitError } from '../../errors.ts';
import { siteName } from '../../hit/site.ts';
import { printable } from '../../schema/printable.ts';
import { unknownName } from '../../schema/suggestion.ts';
import { leaves, mentionsGoals } from '../engine/condition.ts';
import { countsGoals } from '../engine/needs.ts';
import type { Dimension, Goal, Metric, Query, Span } from '../engine/query.ts';
import { LocalTime } from '../local-time.ts';
import { readTime } from '../params.ts';
import { PERIODS, type PeriodName, presetPeriod } from '../period.ts';
import { readTimeZone } from '../selection.ts';
import { FilterReader, unknownGoal } from './filter-reader.ts';
import { readBoolean, readList, readMembers, readOneOf, readText, readWhole } from './json-values.ts';
import { LIMITS, USUAL_ROWS } from './limits.ts';
import { readDimension, readMetric } from './vocabulary.ts';

export const QUERY_PERIODS = [...PERIODS, 'all'] as const;
export const COMPARISONS = ['previous_period', 'year_over_year'] as const;
export const BOTS = ['exclude', 'include', 'only'] as const;
export const DIRECTIONS = ['asc', 'desc'] as const;
const MEMBERS = [
  'site',
  'period',
  'timezone',
  'bots',
  'metrics',
  'dimensions',
  'filters',
  'goal',
  'order_by',
  'limit',
  'offset',
  'include',
];
const INCLUDED = ['comparison', 'totals', 'total_rows'];

type Order = readonly (readonly [Metric | Dimension, (typeof DIRECTIONS)[number]])[];

/** A query that can be answered once it is known when the sites' first hit was. */
export interface AskedQuery extends Omit<Query, 'from' | 'to'> {
  /** Undefined: from the first hit or visit to now. */
  readonly period: Span | undefined;
  readonly comparison: (typeof COMPARISONS)[number] | Span | undefined;
  readonly orderBy: Order | undefined;
  readonly limit: number;
  readonly offset: number;
  readonly totals: boolean;
  readonly totalRows: boolean;
}

/**
 * Reads the JSON of `POST /api/v1/query`.
 *
 * @param now milliseconds since 1970, to which named periods refer
 * @param goals of all sites
 * @throws HitError `invalid` that names what is wrong, and what was probably meant
 */
export function readQuery(value: unknown, now: number, goals: readonly Goal[]): AskedQuery {
  const asked = readMembers('the query', value, MEMBERS);
  const sites = readSites(asked.site);
  const timezone = readTimeZone(
    asked.timezone === undefined ? undefined : readText('timezone', asked.timezone),
  );
  const metrics = readDistinct('metrics', asked.metrics, LIMITS.metrics, readMetric);
  if (metrics.length === 0) throw new HitError('invalid', 'metrics is empty: name one, such as "visitors"');
  const dimensions = readDistinct('dimensions', asked.dimensions ?? [], LIMITS.dimensions, readDimension);
  const known = goals.filter(({ site }) => sites.length === 0 || sites.includes(site));
  const names = [...new Set(known.map(({ name }) => name))];
  const filters = new FilterReader(names).readAll('filters', asked.filters ?? []);
  const goal = asked.goal === undefined ? undefined : readGoal(asked.goal, names);
  const include = readMembers('include', asked.include ?? {}, INCLUDED);
  const comparison = readComparison(include.comparison, timezone);
  const shape = { metrics, dimensions, filters };
  return {
    ...{ sites, timezone, goal, comparison, ...shape },
    goals: goalsOf(shape, goal, known),
    bots: asked.bots === undefined ? usualBots(shape) : readOneOf('bots', asked.bots, BOTS),
    period: readPeriod(asked.period, now, timezone),
    orderBy: readOrder(asked.order_by, [...metrics, ...dimensions]),
    limit: readWhole('limit', asked.limit ?? USUAL_ROWS, 1, LIMITS.rows),
    offset: readWhole('offset', asked.offset ?? 0, 0, 1_000_000),
    totals: readBoolean('include.totals', include.totals ?? false),
    totalRows: readBoolean('include.total_rows', include.total_rows ?? false),
  };
}

function readSites(value: unknown): string[] {
  if (value === undefined) return [];
  const list = typeof value === 'string' ? [value] : readList('site', value, LIMITS.sites);
  if (list.length === 0) throw new HitError('invalid', 'site is empty: leave it out for all sites');
  const sites = list.map((each) => {
    const text = readText('site', each);
    const site = siteName(text);
    if (site === '') throw new HitError('invalid', `site "${printable(text)}" is not a host name`);
    return site;
  });
  return [...new Set(sites)];
}

function readDistinct<Item>(
  name: string,
  value: unknown,
  most: number,
  read: (name: string, value: unknown) => Item,
): Item[] {
  if (value === undefined) throw new HitError('invalid', `${name} is missing`);
  const items = readList(name, value, most).map((each, at) => read(`${name}[${at}]`, each));
  const twice = items.find((item, at) => items.indexOf(item) !== at);
  if (twice !== undefined) throw new HitError('invalid', `${name} has "${printable(String(twice))}" twice`);
  return items;
}

function readGoal(value: unknown, goals: readonly string[]): string {
  const goal = readText('goal', value);
  if (!goals.includes(goal)) throw unknownGoal('goal', goal, goals);
  return goal;
}

/** The goals that a query is about: none if it does not ask for them. */
function goalsOf(
  { metrics, dimensions, filters }: Pick<Query, 'metrics' | 'dimensions' | 'filters'>,
  goal: string | undefined,
  known: readonly Goal[],
): readonly Goal[] {
  const asksAny = dimensions.includes('goal') || filters.some(mentionsGoals);
  const asksOne = metrics.some((metric) => countsGoals(metric, goal));
  const asked = known.filter(({ name }) => asksAny || (asksOne && (goal === undefined || name === goal)));
  if (asked.length <= LIMITS.goals) return asked;
  throw new HitError(
    'invalid',
    `these sites have ${asked.length} goals, ${LIMITS.goals} are counted together: name a goal, or fewer sites`,
  );
}

/** As in rankings: bots alone if they are ranked, and with people if a filter chooses among them. */
function usualBots({ dimensions, filters }: Pick<Query, 'dimensions' | 'filters'>): Query['bots'] {
  const isOfBots = (name: string) => name === 'bot' || name.startsWith('bot_');
  if (dimensions.some(isOfBots)) return 'only';
  return filters.flatMap(leaves).some(isOfBots) ? 'include' : 'exclude';
}

function readPeriod(value: unknown, now: number, timezone: string): Span | undefined {
  if (value === undefined)
    throw new HitError('invalid', `period is missing: use ${QUERY_PERIODS.join(', ')}, or {"from","to"}`);
  if (typeof value !== 'string') return readSpan('period', value, timezone);
  const name = readOneOf('period', value, QUERY_PERIODS);
  return name === 'all' ? undefined : presetPeriod(name satisfies PeriodName, now, timezone);
}

function readComparison(value: unknown, timezone: string): AskedQuery['comparison'] {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') return readSpan('include.comparison', value, timezone);
  return readOneOf('include.comparison', value, COMPARISONS);
}

function readSpan(name: string, value: unknown, timezone: string): Span {
  const members = readMembers(name, value, ['from', 'to']);
  const local = new LocalTime(timezone);
  const [from, to] = (['from', 'to'] as const).map((edge) => {
    if (members[edge] === undefined) throw new HitError('invalid', `${name}.${edge} is missing`);
    const time = readTime(`${name}.${edge}`, readText(`${name}.${edge}`, members[edge]), local);
    if (time === undefined) throw new HitError('invalid', `${name}.${edge} is empty`);
    return time;
  }) as [number, number];
  if (from >= to)
    throw new HitError('invalid', `${name}: from (${members.from}) is not before to (${members.to})`);
  return { from, to };
}

function readOrder(value: unknown, columns: readonly (Metric | Dimension)[]): Order | undefined {
  if (value === undefined) return undefined;
  const order = readList('order_by', value, columns.length).map((each, at) => {
    const name = `order_by[${at}]`;
    if (!Array.isArray(each) || each.length !== 2)
      throw new HitError('invalid', `${name} is not like ["visitors", "desc"]`);
    const text = readText(name, each[0]);
    const column = columns.find((known) => known === text);
    if (column === undefined) throw unknownName(`${name}: column`, text, columns);
    return [column, readOneOf(name, each[1], DIRECTIONS)] as const;
  });
  return order.length === 0 ? undefined : order;
}
