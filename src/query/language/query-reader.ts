/**
 * The JSON of a query, read strictly: unknown input is rejected with a suggestion, since the answer to a different
 * question would look just as right.
 */
import { HitError } from '../../errors.ts';
import { printable } from '../../schema/printable.ts';
import { unknownName } from '../../schema/suggestion.ts';
import { mentionsGoals } from '../engine/condition.ts';
import type { Order } from '../engine/first-rows.ts';
import { countsGoals } from '../engine/needs.ts';
import type { Dimension, Goal, Metric, Query, Span } from '../engine/query.ts';
import { unknownGoal } from './filter-reader.ts';
import { readBoolean, readList, readMembers, readOneOf, readText, readWhole } from './json-values.ts';
import { LIMITS, USUAL_ROWS } from './limits.ts';
import {
  type AskedScope,
  checkGoals,
  namesOf,
  readScope,
  readSpan,
  SCOPE_MEMBERS,
  usualBots,
} from './scope-reader.ts';
import { readDimension, readMetric } from './vocabulary.ts';

export const COMPARISONS = ['previous_period', 'year_over_year'] as const;
export const DIRECTIONS = ['asc', 'desc'] as const;
const MEMBERS = [...SCOPE_MEMBERS, 'metrics', 'dimensions', 'goal', 'order_by', 'limit', 'offset', 'include'];
const INCLUDED = ['comparison', 'totals', 'total_rows'];

/** A query whose period may still depend on the time of the first hit. */
export interface AskedQuery extends AskedScope, Pick<Query, 'metrics' | 'dimensions' | 'goal'> {
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
 * @throws HitError `invalid` that names the invalid member, with a suggestion
 */
export function readQuery(value: unknown, now: number, goals: readonly Goal[]): AskedQuery {
  const asked = readMembers('the query', value, MEMBERS);
  const { scope, goals: known } = readScope(asked, now, goals);
  const { timezone, filters } = scope;
  const metrics = readDistinct('metrics', asked.metrics, LIMITS.metrics, readMetric);
  if (metrics.length === 0) throw new HitError('invalid', 'metrics is empty: name one, such as "visitors"');
  const dimensions = readDistinct('dimensions', asked.dimensions ?? [], LIMITS.dimensions, readDimension);
  const goal = asked.goal === undefined ? undefined : readGoal(asked.goal, namesOf(known));
  const include = readMembers('include', asked.include ?? {}, INCLUDED);
  const comparison = readComparison(include.comparison, timezone);
  const shape = { metrics, dimensions, filters };
  return {
    ...{ ...scope, goal, comparison, ...shape },
    goals: goalsOf(shape, goal, known),
    bots: scope.bots ?? usualBots(shape),
    orderBy: readOrder(asked.order_by, [...metrics, ...dimensions]),
    limit: readWhole('limit', asked.limit ?? USUAL_ROWS, 1, LIMITS.rows),
    offset: readWhole('offset', asked.offset ?? 0, 0, 1_000_000),
    totals: readBoolean('include.totals', include.totals ?? false),
    totalRows: readBoolean('include.total_rows', include.total_rows ?? false),
  };
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

/** The goals that a query is about; none if it uses no goals. */
function goalsOf(
  { metrics, dimensions, filters }: Pick<Query, 'metrics' | 'dimensions' | 'filters'>,
  goal: string | undefined,
  known: readonly Goal[],
): readonly Goal[] {
  const asksAny = dimensions.includes('goal') || filters.some(mentionsGoals);
  const asksOne = metrics.some((metric) => countsGoals(metric, goal));
  return checkGoals(
    known.filter(({ name }) => asksAny || (asksOne && (goal === undefined || name === goal))),
  );
}

function readComparison(value: unknown, timezone: string): AskedQuery['comparison'] {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') return readSpan('include.comparison', value, timezone);
  return readOneOf('include.comparison', value, COMPARISONS);
}

function readOrder(value: unknown, columns: readonly (Metric | Dimension)[]): Order | undefined {
  if (value === undefined) return undefined;
  const order = readList('order_by', value, columns.length).map((each, at) => {
    const name = `order_by[${at}]`;
    if (!Array.isArray(each) || each.length !== 2)
      throw new HitError('invalid', `${name} is not a pair such as ["visitors", "desc"]`);
    const text = readText(name, each[0]);
    const column = columns.find((known) => known === text);
    if (column === undefined) throw unknownName(`${name}: column`, text, columns);
    return [column, readOneOf(name, each[1], DIRECTIONS)] as const;
  });
  return order.length === 0 ? undefined : order;
}
