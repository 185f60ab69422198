/** Builds a query from `report` flags that go beyond totals, series and rankings. */
import { DIMENSIONS } from '../clickhouse/dimension.ts';
import { HitError, messageOf } from '../errors.ts';
import { INTERVALS as QUERY_INTERVALS } from '../query/engine/query.ts';
import { parseFilter } from '../query/language/filter-text.ts';
import { METRICS } from '../query/selection.ts';
import type { REPORT_SETTINGS } from '../settings/report.ts';
import type { Values } from '../settings/setting.ts';

type ReportValues = Values<typeof REPORT_SETTINGS>;

const INTERVALS: readonly string[] = QUERY_INTERVALS;
const DEFAULT_METRICS = ['visitors', 'visits', 'pageviews'];
const COMPARISONS: ReadonlyMap<string, string> = new Map([
  ['previous', 'previous_period'],
  ['year', 'year_over_year'],
]);
/** Ranking names → dimension names of a query. */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ['path', 'page'],
  ['name', 'event'],
  ['entry', 'entry_page'],
  ['exit', 'exit_page'],
]);
/** Filters of reports: `path=/blog/*`, `country!=DE|AT`. Their names are single words, unlike `"prop:a=b" is c`. */
const OLD_FILTER = /^\s*\w*\s*!?=/;
/** Filters of queries have several words, or comparison signs. */
const NEW_FILTER = /[\s(<>]/;

/**
 * @returns the JSON of a query; undefined if a report without a query answers
 * @throws HitError `bad_usage` for flags that cannot be combined, and for an invalid filter
 */
export function queryOfFlags(values: ReportValues): object | undefined {
  const { goal, order, segment, site, timezone, bots, limit, compare } = values;
  const metrics = listOf(values.metrics);
  const by = listOf(values.by);
  const filters = values.filter ?? [];
  const isQuery =
    [goal, order, segment].some((flag) => flag !== undefined) ||
    by.length > 1 ||
    // Rankings have hits and visitors.
    (metrics.length > 0 && by.some((name) => includes(DIMENSIONS, name))) ||
    by.some((name) => !includes(DIMENSIONS, name) && !INTERVALS.includes(name)) ||
    metrics.some((name) => !includes(METRICS, name)) ||
    filters.some((text) => isNew(text));
  if (!isQuery || values.storage) return undefined;
  const old = filters.find((text) => OLD_FILTER.test(text));
  if (old !== undefined)
    throw new HitError(
      'bad_usage',
      `--filter "${old}" cannot be combined with a query: write it like 'page matches /blog/*'`,
    );
  const dimensions = [...(values.interval === undefined ? [] : [values.interval]), ...by].map((name) => {
    return INTERVALS.includes(name) ? `time:${name}` : (RENAMED.get(name) ?? name);
  });
  try {
    return {
      ...{ site, timezone, bots, goal, segment, dimensions, period: periodOf(values) },
      metrics: metrics.length > 0 ? metrics : DEFAULT_METRICS,
      filters: [
        ...filters.map(parseFilter),
        ...(values.status === undefined ? [] : [['is', 'status', listOf(values.status)]]),
        ...(values.class === undefined ? [] : [['is', 'class', listOf(values.class)]]),
      ],
      order_by: order === undefined ? undefined : listOf(order).map((text) => orderOf(text, dimensions)),
      limit: numberOr(limit),
      include: {
        comparison: compare === undefined ? undefined : (COMPARISONS.get(compare) ?? compare),
        totals: true,
        total_rows: true,
      },
    };
  } catch (error) {
    throw new HitError('bad_usage', messageOf(error), { cause: error });
  }
}

/** @throws HitError `bad_usage` for flags that cannot be combined */
export function periodOf({ period, from, to }: Pick<ReportValues, 'period' | 'from' | 'to'>): unknown {
  if (from === undefined && to === undefined) return period ?? 'all';
  if (period !== undefined) throw new HitError('bad_usage', 'choose --period, or --from and --to');
  if (from === undefined) throw new HitError('bad_usage', 'in a query, --to requires --from');
  return { from, to: to ?? new Date().toISOString() };
}

/** A column and its direction: `visits desc`. Without one, metrics descend, and dimensions ascend. */
function orderOf(text: string, dimensions: readonly string[]): [string, string] {
  const [, name, direction] = /^(.*?)(?:\s+(\S+))?$/s.exec(text)!;
  const column = RENAMED.get(name!) ?? (INTERVALS.includes(name!) ? `time:${name}` : name!);
  return [column, direction ?? (dimensions.includes(column) ? 'asc' : 'desc')];
}

/** Other text is passed on, and rejected as a limit. */
function numberOr(text: string | undefined): number | string | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : text;
}

function isNew(text: string): boolean {
  return NEW_FILTER.test(text.trim()) && !OLD_FILTER.test(text);
}

function listOf(text: string | undefined): string[] {
  return text === undefined ? [] : text.split(',').map((each) => each.trim());
}

function includes(names: readonly string[], name: string): boolean {
  return names.includes(name);
}
