/**
 * Answers: rows in order, with totals and a comparison.
 *
 * - If time is the only dimension, every interval of the period has a row.
 * - Rows are in order of time if that is a dimension, else of the first metric, descending. Ties are in ascending order of
 *   the dimensions, by UTF-8 bytes. Null is last. Money is ordered by the currency that most rows have.
 * - A comparison pairs rows with equal values, and intervals by position. A change is in per cent of the earlier value, and
 *   null if that is 0 or unknown.
 */
import type { Source } from '../source.ts';
import { intervalOf } from './column.ts';
import { firstRowsSql, type Order, usualOrder } from './first-rows.ts';
import { ratio } from './measure.ts';
import type { Change, Dimension, Interval, Metric, Query, Row, Span, Value } from './query.ts';
import { type Counted, countRows, isoTime, keyOf, type Rolled } from './rows.ts';
import { MOST_ROWS } from './statement.ts';

export interface ComparedRow extends Row {
  readonly comparison?: { readonly metrics: readonly Value[]; readonly change: readonly Change[] };
}

export interface AnswerOptions {
  /** Default: see above. */
  readonly orderBy?: Order | undefined;
  readonly limit: number;
  readonly offset: number;
  readonly totals: boolean;
  readonly compared?: Span | undefined;
  /** What need not be counted. Default: nothing. */
  readonly rolled?: Rolled;
}

export interface Answer {
  readonly results: readonly ComparedRow[];
  readonly totals?: Omit<ComparedRow, 'dimensions'>;
  readonly totalRows: number;
}

/** Starts of the intervals of a period, in milliseconds since 1970. */
export type Calendar = (interval: Interval, span: Span) => readonly number[];

/** @throws HitError as `countRows` does */
export async function answerQuery(
  source: Source,
  query: Query,
  options: AnswerOptions,
  calendar: Calendar,
): Promise<Answer> {
  const { compared, rolled } = options;
  const isWhole = query.dimensions.length === 0;
  const [now, before, whole] = await Promise.all([
    filledRows(source, query, calendar, rolled, compared ? undefined : firstOf(query, options)),
    compared && countRows(source, { ...query, ...compared }, rolled),
    options.totals && !isWhole ? totalsOf(source, query, options, calendar) : undefined,
  ]);
  const pair = before && compared && pairing(query, compared, before, calendar);
  const rows = ordered([...now.rows.values()], query, options.orderBy);
  const results = rows
    .slice(options.offset, options.offset + options.limit)
    .map((row) => withComparison(row, pair));
  const totals = options.totals && isWhole ? withoutDimensions(withComparison(rows[0]!, pair)) : whole;
  return { results, ...(totals && { totals }), totalRows: Math.max(rows.length, now.total) };
}

/** SQL of the rows that are shown, and of those before them. */
function firstOf(query: Query, { orderBy = usualOrder(query), limit, offset }: AnswerOptions) {
  return firstRowsSql(query, orderBy, Math.min(offset + limit, MOST_ROWS));
}

async function totalsOf(
  source: Source,
  query: Query,
  options: AnswerOptions,
  calendar: Calendar,
): Promise<Omit<ComparedRow, 'dimensions'>> {
  const whole = { ...options, totals: false, limit: 1, offset: 0, orderBy: undefined };
  const { results } = await answerQuery(source, { ...query, dimensions: [] }, whole, calendar);
  return withoutDimensions(results[0]!);
}

function withoutDimensions({ dimensions: _, ...rest }: ComparedRow): Omit<ComparedRow, 'dimensions'> {
  return rest;
}

async function filledRows(
  source: Source,
  query: Query,
  calendar: Calendar,
  rolled: Rolled | undefined,
  first: ((statement: string) => string) | undefined,
): Promise<Counted> {
  const counted = await countRows(source, query, rolled, first);
  const [dimension, ...others] = query.dimensions;
  const interval = dimension && others.length === 0 ? intervalOf(dimension) : undefined;
  if (interval === undefined) return counted;
  const rows = new Map(counted.rows);
  for (const start of calendar(interval, query)) {
    const values = [isoTime(start)];
    if (!rows.has(keyOf(values))) rows.set(keyOf(values), counted.emptyRow(values));
  }
  return { ...counted, rows };
}

/** Finds the row of the other period that a row is compared with. */
function pairing(
  query: Query,
  compared: Span,
  { rows, emptyRow }: Counted,
  calendar: Calendar,
): (row: Row) => Row | undefined {
  const pairs = query.dimensions.map((dimension): ((value: string) => string | undefined) => {
    const interval = intervalOf(dimension);
    if (interval === undefined) return (value) => value;
    const others = calendar(interval, compared).map(isoTime);
    const places = new Map(calendar(interval, query).map((start, at) => [isoTime(start), at]));
    return (value) => others[places.get(value) ?? -1];
  });
  return ({ dimensions }) => {
    const values: string[] = [];
    for (const [at, value] of dimensions.entries()) {
      const other = pairs[at]!(value);
      if (other === undefined) return undefined;
      values.push(other);
    }
    return rows.get(keyOf(values)) ?? emptyRow(values);
  };
}

function withComparison(row: Row, pair: ((row: Row) => Row | undefined) | undefined): ComparedRow {
  if (!pair) return row;
  const before = pair(row)?.metrics ?? row.metrics.map(() => null);
  return {
    ...row,
    comparison: { metrics: before, change: row.metrics.map((value, at) => changeOf(value, before[at]!)) },
  };
}

function changeOf(now: Value, before: Value): Change {
  if (typeof now === 'number' && typeof before === 'number') return percentOf(now, before);
  if (now === null || before === null || typeof now === 'number' || typeof before === 'number') return null;
  return Object.fromEntries(
    Object.entries(now).map(([currency, amount]) => [
      currency,
      percentOf(Number(amount), Number(before[currency] ?? 0)),
    ]),
  );
}

function percentOf(now: number, before: number): number | null {
  return ratio(100 * (now - before), Math.abs(before), 1);
}

function ordered(
  rows: readonly Row[],
  { dimensions, metrics }: Query,
  orderBy: AnswerOptions['orderBy'] = usualOrder({ dimensions, metrics }),
): Row[] {
  const keys = orderBy.map(([name, direction]) => {
    const dimension = dimensions.indexOf(name as Dimension);
    const metric = metrics.indexOf(name as Metric);
    const read: (row: Row) => string | number | null =
      dimension >= 0 ? (row) => row.dimensions[dimension]! : numberReader(rows, metric);
    return { sign: direction === 'asc' ? 1 : -1, read };
  });
  return rows.toSorted((a, b) => {
    for (const { sign, read } of keys) {
      const [first, second] = [read(a), read(b)];
      if (first === second) continue;
      if (first === null) return 1;
      if (second === null) return -1;
      const order = compareValues(first, second);
      if (order !== 0) return sign * order;
    }
    for (const [at, value] of a.dimensions.entries()) {
      const order = compareValues(value, b.dimensions[at]!);
      if (order !== 0) return order;
    }
    return 0;
  });
}

/** Reads the number to order by: of money, the amount in the currency that most rows have. */
function numberReader(rows: readonly Row[], metric: number): (row: Row) => number | null {
  const counts = new Map<string, number>();
  for (const { metrics } of rows) {
    const value = metrics[metric];
    if (value === null || typeof value !== 'object') continue;
    for (const currency of Object.keys(value)) counts.set(currency, (counts.get(currency) ?? 0) + 1);
  }
  const [currency = ''] = [...counts.keys()].sort(
    (a, b) => counts.get(b)! - counts.get(a)! || (a < b ? -1 : 1),
  );
  return ({ metrics }) => {
    const value = metrics[metric]!;
    if (value === null || typeof value === 'number') return value;
    return value[currency] === undefined ? null : Number(value[currency]);
  };
}

function compareValues(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return compareTexts(String(a), String(b));
}

/** Compares texts by their code points, which is the order of their UTF-8 bytes, without encoding them. */
export function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at < length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  if (at === length) return a.length - b.length;
  return rankOf(a.charCodeAt(at)) - rankOf(b.charCodeAt(at));
}

/** Maps a UTF-16 unit to its rank in code point order: surrogates, which encode code points above 0xffff, come last. */
function rankOf(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}
