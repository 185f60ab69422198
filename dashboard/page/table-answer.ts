/** The rows of a ranking, as a query answers it, or from rollups if its hits are purged. */
import { useRef } from 'preact/hooks';
import type { QueryAnswer, QueryRow, Top } from '../api/answer-types.ts';
import { type Answer, useAnswer } from '../api/answers.ts';
import { tableQuery, topQuery } from '../api/queries.ts';
import { view } from './address.ts';
import { now } from './clock.ts';
import type { TableMetric } from './metrics.ts';
import { format } from './preferences.ts';
import type { Ranking } from './rankings.ts';
import { dimensionsOf } from './row-value.ts';

/** Maximum number of rows of `top`, which are ordered by hits: other orders need all of them. */
const MOST_TOP = 1000;

export interface TableRows {
  readonly rows: readonly QueryRow[];
  /** Columns, in the order of the rows' metrics. */
  readonly metrics: readonly TableMetric[];
  readonly totalRows: number;
  /** Why some rows or values are missing. */
  readonly note?: string;
}

export interface TableOptions {
  readonly metrics: readonly TableMetric[];
  readonly order: TableMetric;
  readonly isAscending?: boolean;
  readonly limit: number;
}

/** The rows of a ranking. While it loads, they are the last complete ones: not dashes for what another answer still lacks. */
export function useTable(ranking: Ranking, options: TableOptions): Answer<TableRows> {
  const answer = useRows(ranking, options);
  const complete = useRef<TableRows>(undefined);
  if (!answer.isLoading) complete.current = answer.data;
  return { ...answer, data: complete.current };
}

function useRows(ranking: Ranking, options: TableOptions): Answer<TableRows> {
  const asked = useAnswer<QueryAnswer>(
    tableQuery(view.value, now.value, {
      ...options,
      dimensions: dimensionsOf(ranking),
      limit: options.limit + (ranking.isOptional ? 1 : 0),
      ...(ranking.filters && { filters: ranking.filters }),
    }),
  );
  const isPurged = !asked.isLoading && noteOf(asked.data, 'purged_before') !== undefined;
  const { top } = ranking;
  const countsQuery =
    isPurged && top !== undefined && view.value.filters.length === 0
      ? topQuery(view.value, now.value, top, MOST_TOP)
      : undefined;
  const counts = useAnswer<Top>(countsQuery);
  if (countsQuery !== undefined && (counts.isLoading || counts.data))
    return { ...counts, data: counts.data && fromTop(ranking, counts.data, options) };
  return { ...asked, data: asked.data && fromQuery(ranking, asked.data, options) };
}

function fromQuery(ranking: Ranking, answer: QueryAnswer, { metrics, limit }: TableOptions): TableRows {
  const rows = answer.results.filter(({ dimensions }) => !ranking.isOptional || dimensions[0] !== '');
  const left = answer.results.length - rows.length;
  const pending = noteOf(answer, 'pending_since');
  const purged = noteOf(answer, 'purged_before');
  const note =
    purged !== undefined
      ? `Hits before ${format.moment(purged)} are purged, so some values are unknown.`
      : pending !== undefined
        ? `Visits since ${format.moment(pending)} are still being counted, so some values are unknown.`
        : undefined;
  return {
    rows: rows.slice(0, limit),
    metrics,
    totalRows: (answer.meta.total_rows ?? rows.length) - left,
    ...(note !== undefined && { note }),
  };
}

/** Counts of purged hits have two metrics, and are ordered here. Values that every hit has, or none, are left out. */
function fromTop(ranking: Ranking, top: Top, { order, isAscending, limit }: TableOptions): TableRows {
  const isShown = (value: string) =>
    ranking.by === 'event' ? !/^(pageview$|request:)/.test(value) : !ranking.isOptional || value !== '';
  const metric = order === 'visitors' ? 'visitors' : 'hits';
  const sign = isAscending ? 1 : -1;
  const rows = top.rows
    .filter(({ value }) => isShown(value))
    .toSorted((a, b) => sign * (a[metric] - b[metric]))
    .map(({ value, visitors, hits }) => ({ dimensions: [value], metrics: [visitors, hits] }));
  const note = `Some hits of this period are purged. This list covers ${format.moment(top.from)} to ${format.moment(top.to)}.`;
  return { rows: rows.slice(0, limit), metrics: ['visitors', 'hits'], totalRows: rows.length, note };
}

function noteOf(
  answer: QueryAnswer | undefined,
  kind: 'purged_before' | 'pending_since',
): string | undefined {
  return answer?.meta.notes?.find((note) => note.period === 'period' && note[kind] !== undefined)?.[kind];
}
