/** The rows of a query: its sums, joined by the values of its dimensions, as metrics. */
import { HitError } from '../../errors.ts';
import { QUERY_LIMITS } from '../../store/query-limits.ts';
import type { Source } from '../source.ts';
import { intervalOf, propOf } from './column.ts';
import { type Denominators, measure } from './measure.ts';
import type { Sums } from './money.ts';
import { Names } from './names.ts';
import type { Filter, Metric, Query, Row, Scope } from './query.ts';
import type { Statement } from './scope-sql.ts';
import { MOST_ROWS, Statements } from './statement.ts';

/** Maximum bytes of the rows of one statement: several copies are in memory before the requested rows are selected. */
const MOST_BYTES = 128 * 2 ** 20;

/** The rows of a period, and what one without anything to count is like. */
export interface Counted {
  readonly rows: ReadonlyMap<string, Row>;
  /** The number of all rows, if `rows` has only the first ones. */
  readonly total: number;
  emptyRow(dimensions: readonly string[]): Row;
}

/** Hits and visitors of a row, which has the values of the dimensions. */
export interface RolledRow {
  readonly values: readonly string[];
  readonly hits: number;
  readonly visitors: number;
}

/** Hits and visitors from elsewhere. */
export interface Rolled {
  /** The rows with hits; undefined if they must be counted. */
  rowsOf(query: Query): Promise<readonly RolledRow[] | undefined>;
}

/** Whether `Rolled` may have a metric. */
export function isRolled(metric: Metric): boolean {
  return metric === 'hits' || metric === 'visitors';
}

export function keyOf(values: readonly string[]): string {
  return JSON.stringify(values);
}

/**
 * Counts the metrics of a query in one period.
 *
 * @param rolled what need not be counted. Default: nothing
 * @param first from `firstRowsSql`, if only these rows are needed; there may be more. Default: all rows
 * @throws HitError `query_timeout`, `overloaded`, `store_unavailable`; `invalid` for too many rows
 */
export async function countRows(
  source: Source,
  query: Query,
  rolled?: Rolled,
  first?: (statement: string) => string,
): Promise<Counted> {
  const known = await rolled?.rowsOf(query);
  const rest = known ? query.metrics.filter((metric) => !isRolled(metric)) : query.metrics;
  const table = await tableOf(source, query);
  const names = new Names(query);
  const statements = new Statements({ ...query, metrics: rest }, table, names, known ? undefined : first);
  const [some, all, base] = await Promise.all([
    Promise.all(statements.all.map((statement) => sumsOf(source, query, statement))),
    query.metrics.includes('percentage') && query.dimensions.length > 0
      ? visitorsOf(source, { ...query, dimensions: [] }, table)
      : undefined,
    query.metrics.includes('conversion_rate') && !statements.areOfWholeVisits
      ? visitorsOf(source, withoutGoals(query), table)
      : undefined,
  ]);
  const sums = new Map<string, { values: readonly string[]; sums: Sums }>();
  const add = (values: readonly string[], own: Sums) => {
    const key = keyOf(values);
    sums.set(key, { values, sums: { ...sums.get(key)?.sums, ...own } });
  };
  for (const { values, sums: own } of some.flat()) add(values, own);
  for (const { values, hits, visitors } of known ?? []) add(values, { hits, visitors });
  if (query.dimensions.length === 0 && sums.size === 0) sums.set(keyOf([]), { values: [], sums: {} });
  const kept = query.dimensions.map((dimension) => !isOfGoals(dimension));
  const denominators = (values: readonly string[], own: Sums): Denominators => ({
    // Without dimensions, the totals are the only row.
    allVisitors: all ? (all.get(keyOf([])) ?? 0) : Number(sums.get(keyOf([]))?.sums.visitors ?? 0),
    baseVisitors: base
      ? (base.get(keyOf(values.filter((_, at) => kept[at]))) ?? 0)
      : Number(own.visitors ?? 0),
    areEstimates: query.estimatesVisitors ?? false,
  });
  const rowOf = (values: readonly string[], own: Sums): Row => ({
    dimensions: values,
    metrics: query.metrics.map((metric) => measure(metric, own, denominators(values, own))),
  });
  return {
    rows: new Map(Array.from(sums, ([key, { values, sums: own }]) => [key, rowOf(values, own)])),
    total: Math.max(sums.size, ...some.flatMap(([row]) => Number(row?.sums.total_rows ?? 0))),
    emptyRow: (values) => rowOf(values, {}),
  };
}

/** The query for the visitors of a row, regardless of goals and properties. */
function withoutGoals(query: Query): Query {
  return {
    ...query,
    dimensions: query.dimensions.filter((dimension) => !isOfGoals(dimension)),
    filters: conjuncts(query.filters).filter((filter) => !isOfGoalsOnly(filter)),
  };
}

/** Filters that must all hold, however they were nested. */
function conjuncts(filters: readonly Filter[]): Filter[] {
  return filters.flatMap((filter) => (filter[0] === 'and' ? conjuncts(filter[1]) : [filter]));
}

/** Whether a filter has conditions on goals and properties alone, so that another spelling of it has the same rate. */
function isOfGoalsOnly(filter: Filter): boolean {
  switch (filter[0]) {
    case 'and':
    case 'or':
      return filter[1].every(isOfGoalsOnly);
    case 'not':
      return isOfGoalsOnly(filter[1]);
    case 'has_done':
    case 'has_not_done':
      return false;
    default:
      return isOfGoals(filter[1]);
  }
}

function isOfGoals(dimension: string): boolean {
  return dimension === 'goal' || propOf(dimension) !== undefined;
}

async function visitorsOf(source: Source, query: Query, table: string): Promise<Map<string, number>> {
  const [statement] = new Statements({ ...query, metrics: ['visitors'] }, table, new Names(query)).all;
  const rows = await sumsOf(source, query, statement!);
  return new Map(rows.map(({ values, sums }) => [keyOf(values), Number(sums.visitors)]));
}

async function sumsOf(
  { store }: Source,
  { dimensions }: Query,
  statement: Statement,
): Promise<{ values: readonly string[]; sums: Sums }[]> {
  const bounds = { ...QUERY_LIMITS, max_result_bytes: MOST_BYTES };
  const rows = await store
    .rowsOf<Record<string, unknown>>(statement.text, statement.parameters, bounds)
    .catch((error: unknown) => {
      throw isTooLong(error) ? tooLong(error) : error;
    });
  if (Math.max(rows.length, Number(rows[0]?.total_rows ?? 0)) > MOST_ROWS) throw tooLong();
  return rows.map((row) => ({
    values: dimensions.map((dimension, i) => {
      const value = String(row[`g${i}`]);
      return intervalOf(dimension) === undefined ? value : isoTime(Number(value));
    }),
    sums: row,
  }));
}

function isTooLong(error: unknown): boolean {
  const cause =
    error instanceof HitError ? (error.cause as { readonly type?: unknown } | undefined) : undefined;
  return cause?.type === 'TOO_MANY_ROWS_OR_BYTES';
}

function tooLong(cause?: unknown): HitError {
  const message = `the answer has more than ${MOST_ROWS} rows, or ${MOST_BYTES / 2 ** 20} MiB: choose a shorter period, fewer dimensions, or a filter`;
  return new HitError('invalid', message, { cause });
}

/** SQL of the table of hits of a scope. */
export async function tableOf({ archive }: Source, { sites, from, to }: Scope): Promise<string> {
  if (!archive) return 'hits';
  // The archive selects one site or all.
  return archive.hitsOf({ site: sites.length === 1 ? sites[0]! : '', from, to });
}

/** `2026-03-01T00:00:00Z`, with milliseconds if there are any. */
export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('.000Z', 'Z');
}
