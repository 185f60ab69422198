/**
 * The first rows of an answer. The engine sorts them if it can, since most answers have a hundred rows, of maybe a hundred thousand:
 * to pass them all on and to sort them here takes as long as to count them.
 */
import { intervalOf } from './column.ts';
import type { Dimension, Metric, Query } from './query.ts';

/** Columns to order by, in descending order of importance. */
export type Order = readonly (readonly [Metric | Dimension, 'asc' | 'desc'])[];

/** Metrics that are a column of their statement. */
const COLUMNS: ReadonlySet<string> = new Set<Metric>(['visitors', 'visits', 'pageviews', 'events', 'hits']);

/** By time if that is a dimension, else by the first metric, descending. */
export function usualOrder({ dimensions, metrics }: Pick<Query, 'dimensions' | 'metrics'>): Order {
  const time = dimensions.find((dimension) => intervalOf(dimension) !== undefined);
  return time === undefined ? [[metrics[0]!, 'desc']] : [[time, 'asc']];
}

/**
 * SQL that reduces the rows of a statement to the first ones, in the order of `ordered` in answer.ts. Each row then has the number of
 * all rows, `total_rows`.
 *
 * @param most number of rows
 * @returns undefined if the order depends on more than the columns of one statement
 */
export function firstRowsSql(
  { dimensions }: Pick<Query, 'dimensions'>,
  order: Order,
  most: number,
): ((statement: string) => string) | undefined {
  // Intervals without hits are rows too, and are added later.
  if (dimensions.length === 0 || dimensions.some((dimension) => intervalOf(dimension) !== undefined))
    return undefined;
  const columns: string[] = [];
  for (const [name, direction] of order) {
    const dimension = dimensions.indexOf(name as Dimension);
    if (dimension < 0 && !COLUMNS.has(name)) return undefined;
    columns.push(`${dimension < 0 ? name : `g${dimension}`} ${direction === 'asc' ? 'ASC' : 'DESC'}`);
  }
  const all = [...columns, ...dimensions.map((_, at) => `g${at} ASC`)].join(', ');
  return (statement) =>
    `SELECT *, count() OVER () AS total_rows\nFROM (${statement})\nORDER BY ${all}\nLIMIT ${most}`;
}
