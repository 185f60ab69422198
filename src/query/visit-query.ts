/**
 * Short forms as queries: when `GET /stats`, `/top` and `/props` are about visits, they run the same queries as
 * `POST /api/v1/query`. So a filter by an attribute of the visit, such as its source, selects whole visits with all their hits.
 */
import type { Dimension } from '../clickhouse/dimension.ts';
import { isOfVisit } from './engine/column.ts';
import type {
  Dimension as EngineDimension,
  Filter as EngineFilter,
  FilterDimension,
  Query,
} from './engine/query.ts';
import type { Filter } from './filter.ts';
import { ENDS, isDimension, type Ranking } from './ranking.ts';
import type { Selection } from './selection.ts';

/** The name in queries of a dimension of a short form. */
function nameOf(dimension: Dimension): FilterDimension {
  if (dimension === 'path') return 'page';
  return dimension === 'name' ? 'event' : dimension;
}

/** The dimension of a ranking. */
function rankedDimension(by: Ranking): FilterDimension {
  if (isDimension(by)) return nameOf(by);
  return by === 'entry' || by === 'exit' ? ENDS[by] : by;
}

/** Whether a ranking is about visits: each hit then counts for the value of its visit. */
export function ranksVisits(by: Ranking): boolean {
  return isOfVisit(rankedDimension(by));
}

/** Whether filters select whole visits. */
export function choosesVisits(filters: readonly Filter[]): boolean {
  return filters.some(({ dimension }) => isOfVisit(nameOf(dimension)));
}

/** Whether filters, statuses or classes select single hits. */
export function choosesHits({
  filters,
  status,
  classes,
}: Pick<Selection, 'filters' | 'status' | 'classes'>): boolean {
  return (
    status.length > 0 || classes.length > 0 || filters.some(({ dimension }) => !isOfVisit(nameOf(dimension)))
  );
}

/** A query without its period. */
type VisitQuery = Omit<Query, 'from' | 'to'>;

/**
 * The query for the hits and visits of a selection.
 *
 * @example
 * visitQuery(selection, { metrics: ['visits'], dimensions: ['time:day'], timezone: 'Europe/Berlin' });
 */
export function visitQuery(
  { site, bots, status, classes, filters }: Selection,
  asked: Pick<Query, 'metrics' | 'dimensions' | 'timezone'>,
): VisitQuery {
  const statuses = status.map((code) => (code < 10 ? `${code}xx` : String(code)));
  return {
    ...{ sites: site === '' ? [] : [site], bots, ...asked },
    filters: [
      ...filters.map(engineFilter),
      ...(statuses.length > 0 ? [['is', 'status', statuses] as const] : []),
      ...(classes.length > 0 ? [['is', 'class', classes] as const] : []),
    ],
    ...{ goal: undefined, goals: [] },
  };
}

/** The query for a ranking. It includes a row for a missing value, as queries do, but not hits without a property. */
export function rankingQuery(selection: Selection, by: Ranking): VisitQuery {
  const dimension = rankedDimension(by);
  const isOfEnds = by === 'entry' || by === 'exit';
  const query = visitQuery(selection, {
    metrics: [isOfEnds ? 'visits' : 'hits', 'visitors'],
    dimensions: [dimension as EngineDimension],
    timezone: 'UTC',
  });
  return dimension.startsWith('prop:')
    ? { ...query, filters: [...query.filters, ['is_not', dimension, ['']]] }
    : query;
}

/** The query for hits with properties. */
export function propsQuery(selection: Selection): VisitQuery {
  return visitQuery(selection, { metrics: ['hits'], dimensions: [], timezone: 'UTC' });
}

function engineFilter({ dimension, negated, patterns }: Filter): EngineFilter {
  const name = nameOf(dimension);
  const values = patterns.filter((pattern) => pattern.length === 1).map(([value = '']) => value);
  const wildcards = patterns.filter((pattern) => pattern.length > 1).map(patternText);
  const any: EngineFilter[] = [
    ...(values.length > 0 ? [['is', name, values] as const] : []),
    ...(wildcards.length > 0 ? [['matches', name, wildcards] as const] : []),
  ];
  const filter: EngineFilter = any.length === 1 ? any[0]! : ['or', any];
  return negated ? ['not', filter] : filter;
}

function patternText(pattern: readonly string[]): string {
  return pattern.map((part) => part.replaceAll(/[\\*]/g, '\\$&')).join('*');
}
