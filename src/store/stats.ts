import {
  chooseInterval,
  columnOf,
  type Dimension,
  type Interval,
  type Selection,
  stepOf,
} from './question.ts';
import type { Parameters, Store } from './store.ts';

export interface Count {
  readonly hits: number;
  /** Different visitors, exact. */
  readonly visitors: number;
}

/** Hits and visitors over a period. Times are ISO 8601 UTC; that of a point is the start of its interval. */
export interface Stats {
  readonly site: string | null;
  readonly from: string;
  readonly to: string;
  readonly interval: Interval;
  readonly totals: Count;
  readonly series: readonly ({ readonly time: string } & Count)[];
}

export interface Top {
  readonly by: Dimension;
  readonly rows: readonly ({ readonly value: string } & Count)[];
}

export interface SiteSummary extends Count {
  readonly site: string;
  readonly first: string;
  readonly last: string;
}

/** A selection whose period is known. */
type Period = Selection & { readonly from: number; readonly to: number };

/** Rows come with numbers as texts or as numbers, depending on the engine's version. */
type Row<Name extends string> = Record<Name, string | number>;

/** Totals of a period, and a series that holds empty intervals too. */
export async function stats(
  store: Store,
  selection: Selection,
  options: { interval: Interval | undefined; timezone: string },
  now = Date.now(),
): Promise<Stats> {
  const period = await periodOf(store, selection, now);
  const interval = options.interval ?? chooseInterval(period.from, period.to);
  const step = stepOf(interval, period.from, period.to);
  const parameters = parametersOf(period);
  const [totals, series] = await Promise.all([
    store.rows<Row<'hits' | 'visitors'>>('totals', parameters),
    store.rows<Row<'time' | 'hits' | 'visitors'>>('series', {
      ...parameters,
      interval,
      step,
      timezone: options.timezone,
    }),
  ]);
  return {
    site: selection.site === '' ? null : selection.site,
    from: isoTime(period.from),
    to: isoTime(period.to),
    interval,
    totals: countOf(totals[0] ?? { hits: 0, visitors: 0 }),
    series: series.map((row) => ({ time: isoTime(Number(row.time)), ...countOf(row) })),
  };
}

/** The values of a dimension with most hits. */
export async function top(
  store: Store,
  selection: Selection,
  by: Dimension,
  limit: number,
  now = Date.now(),
): Promise<Top> {
  // Bots are the one thing that a ranking of bots cannot leave out.
  const bots = by === 'bot' && selection.bots === 'exclude' ? 'only' : selection.bots;
  const period = await periodOf(store, { ...selection, bots }, now);
  const rows = await store.rows<Row<'hits' | 'visitors'> & { value: string }>('top', {
    ...parametersOf(period),
    by: columnOf(by),
    limit,
  });
  return { by, rows: rows.map((row) => ({ value: row.value, ...countOf(row) })) };
}

/** All sites that have hits, those with most first. */
export async function sites(store: Store): Promise<SiteSummary[]> {
  const rows = await store.rows<Row<'hits' | 'visitors' | 'first' | 'last'> & { site: string }>('sites', {});
  return rows.map((row) => ({
    site: row.site,
    ...countOf(row),
    first: isoTime(Number(row.first)),
    last: isoTime(Number(row.last)),
  }));
}

async function periodOf(store: Store, selection: Selection, now: number): Promise<Period> {
  if (selection.from !== undefined && selection.to !== undefined) return selection as Period;
  const [extent] = await store.rows<Row<'hits' | 'first' | 'last'>>('extent', { site: selection.site });
  const hasHits = Number(extent?.hits ?? 0) > 0;
  const last = selection.from === undefined && hasHits ? Number(extent?.last) + 1 : now;
  const to = selection.to ?? Math.max(last, (selection.from ?? 0) + 1);
  const first = hasHits ? Number(extent?.first) : to - 1;
  return { ...selection, from: selection.from ?? Math.min(first, to - 1), to };
}

function parametersOf({ site, from, to, bots, status }: Period): Parameters {
  return { site, from, to, bots, status };
}

function countOf(row: Row<'hits' | 'visitors'>): Count {
  return { hits: Number(row.hits), visitors: Number(row.visitors) };
}

function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('.000Z', 'Z');
}
