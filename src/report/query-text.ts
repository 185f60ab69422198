/** Answers to queries as text and as CSV. */
import { csvOf } from '../query/csv.ts';
import type { Metric, Value } from '../query/engine/query.ts';
import type { QueryAnswer } from '../query/query-schemas.ts';
import { bytesText, changeText, percentText } from './number-text.ts';
import { duration, fitted, NONE, timeLabelIn } from './report-text.ts';

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 4 });
const GAP = 2;
const LEAST_WIDTH = 12;
/** Shares of 1, and times in seconds. */
const SHARES: readonly string[] = ['bounce_rate', 'conversion_rate', 'percentage'];
const DURATIONS: readonly string[] = ['visit_duration', 'time_on_page'];
const RESPONSE_TIMES: readonly string[] = ['response_time_p50', 'response_time_p95'];

/**
 * A table of an answer.
 *
 * @param columns width of the terminal
 */
export function queryText({ results, totals, meta, query }: QueryAnswer, columns: number): string {
  const label = timeLabelIn(query.timezone);
  const { from, to } = query.period;
  const { comparison } = query.include;
  const labels = query.dimensions.map((dimension) =>
    dimension.startsWith('time:') ? label : (value: string) => (value === '' ? NONE : value),
  );
  const rows = results.map((row) => [
    ...row.dimensions.map((value, at) => labels[at]!(value)),
    ...cellsOf(row, query.metrics),
  ]);
  const sums = totals && [
    ...query.dimensions.map((_, at) => (at === 0 ? 'total' : '')),
    ...cellsOf(totals, query.metrics),
  ];
  const metrics = query.metrics.flatMap((metric) => (comparison ? [metric, 'change'] : [metric]));
  const shown = results.length + query.offset;
  const more = (meta.total_rows ?? shown) - shown;
  return [
    `${query.site?.join(', ') ?? 'all sites'}, ${label(from)} to ${label(to)} (${query.timezone})`,
    ...(comparison ? [`compared with ${label(comparison.from)} to ${label(comparison.to)}`] : []),
    ...(meta.notes ?? []).map(({ detail, metrics: names }) => `${names.join(', ')}: ${detail} (${NONE})`),
    '',
    ...table(
      [[...query.dimensions, ...metrics], ...rows, ...(sums && query.dimensions.length > 0 ? [sums] : [])],
      query.dimensions.length,
      columns,
    ),
    ...(more > 0 ? [`… and ${number.format(more)} more; use --limit to show more`] : []),
    '',
  ].join('\n');
}

/** The rows of an answer as CSV: unknown values are empty, and money has a column for each currency, such as `revenue:EUR`. */
export function queryCsv({ results, query: { dimensions, metrics, include } }: QueryAnswer): string {
  const columns = metrics.map((metric, at) => ({
    metric,
    at,
    currencies: currenciesOf(
      results.flatMap((row) => [row.metrics[at]!, row.comparison?.metrics[at] ?? null]),
    ),
  }));
  const fields = (values: readonly Value[] | undefined, prefix: string): [string, string | number][] =>
    columns.flatMap(({ metric, at, currencies }) => {
      const value = values?.[at] ?? null;
      if (currencies.length === 0) return [[prefix + metric, typeof value === 'number' ? value : '']];
      const money = typeof value === 'object' && value !== null ? value : {};
      return currencies.map((currency): [string, string] => [
        `${prefix}${metric}:${currency}`,
        money[currency] ?? '',
      ]);
    });
  const rowOf = (
    values: readonly string[],
    now: readonly Value[] | undefined,
    before: readonly Value[] | undefined,
  ) =>
    Object.fromEntries([
      ...dimensions.map((dimension, at) => [dimension, values[at] ?? '']),
      ...fields(now, ''),
      ...(include.comparison ? fields(before, 'compared_') : []),
    ]);
  return csvOf(
    results.map((row) => rowOf(row.dimensions, row.metrics, row.comparison?.metrics)),
    Object.keys(rowOf([], undefined, undefined)),
  );
}

function currenciesOf(values: readonly Value[]): string[] {
  const names = values.flatMap((value) =>
    typeof value === 'object' && value !== null ? Object.keys(value) : [],
  );
  return [...new Set(names)].sort();
}

function cellsOf(
  { metrics, comparison }: Pick<QueryAnswer['results'][number], 'metrics' | 'comparison'>,
  names: readonly Metric[],
): string[] {
  return names.flatMap((name, at) => {
    const cell = cellOf(name, metrics[at]!);
    if (!comparison) return [cell];
    const change = comparison.change[at];
    return [cell, typeof change === 'number' ? changeText(change) : NONE];
  });
}

function cellOf(metric: Metric, value: Value): string {
  if (value === null) return NONE;
  if (typeof value === 'object') {
    const money = Object.entries(value).map(([currency, amount]) => `${amount} ${currency}`);
    return money.length === 0 ? NONE : money.join(', ');
  }
  if (SHARES.includes(metric)) return percentText(value);
  if (metric === 'bandwidth') return bytesText(value);
  if (RESPONSE_TIMES.includes(metric)) return `${number.format(value)} s`;
  return DURATIONS.includes(metric) ? duration(value) : number.format(value);
}

/**
 * Rows as lines of a table, the first one its head.
 *
 * @param texts number of columns with texts, on the left; the others are numbers
 * @param columns width of the terminal
 */
export function table(rows: readonly (readonly string[])[], texts: number, columns: number): string[] {
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  const numbers = widths.slice(texts).reduce((sum, width) => sum + width + GAP, 0);
  const most = Math.max(
    LEAST_WIDTH,
    Math.floor((Math.min(columns, 160) - numbers) / Math.max(1, texts)) - GAP,
  );
  return rows.map((row) =>
    row
      .map((cell, at) =>
        at < texts ? fitted(cell, Math.min(widths[at]!, most)) : cell.padStart(widths[at]!),
      )
      .join(' '.repeat(GAP))
      .trimEnd(),
  );
}
