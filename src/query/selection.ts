import { HitError } from '../errors.ts';
import { REQUEST_CLASSES, type RequestClass } from '../hit/request-class.ts';
import { siteName } from '../hit/site-name.ts';
import { parameter, parameterOr, readParameter, readText, repeatedParameter } from '../schema/parameter.ts';
import { printable } from '../schema/printable.ts';
import { choice, integer, list, matching, TEXT } from '../schema/schema.ts';
import { timeZoneOf } from '../timing/time-zone.ts';
import { DAY, HOUR, MINUTE } from '../timing/units.ts';
import { BOTS } from './engine/query.ts';
import { type Filter, MOST_FILTERS, readFilters } from './filter.ts';
import { LocalTime } from './local-time.ts';
import { type QueryParams, readTime } from './params.ts';

/** Interval → its shortest length, but for changes of clocks: bounds their number. */
const INTERVAL_LENGTHS = {
  minute: MINUTE,
  hour: HOUR,
  day: DAY,
  week: 7 * DAY,
  month: 28 * DAY,
};
/** Most points of a series: nobody reads more, and no browser draws them. */
const MOST_INTERVALS = 10_000;

export type Interval = keyof typeof INTERVAL_LENGTHS;
export const INTERVALS = Object.keys(INTERVAL_LENGTHS) as readonly Interval[];

/** The metrics. Hits and visitors are in every answer, visit metrics only on request. */
export const METRICS = ['hits', 'visitors', 'visits', 'bounce_rate', 'visit_duration'] as const;
export type Metric = (typeof METRICS)[number];

/** The compared period: the one before it of the same length, or the same one a year earlier. */
const COMPARISONS = ['previous', 'year'] as const;
export type ComparisonKind = (typeof COMPARISONS)[number];

/** A class of statuses, or one. */
const STATUS = /^(?:([1-5])xx|([1-9][0-9]{2}))$/;

/** Parameters that select the hits of a query. */
export const SELECTION_PARAMETERS = {
  site: parameter(TEXT, 'one site; default: all', 'example.com'),
  from: parameter(TEXT, 'a date or a time, inclusive; default: the first hit', '2026-11-01'),
  to: parameter(TEXT, 'the same, exclusive; default: now', '2026-12-01'),
  timezone: parameterOr('UTC', TEXT, 'an IANA name, of `from` and `to` without an offset', 'Europe/Berlin'),
  filter: repeatedParameter(
    list(TEXT, MOST_FILTERS),
    'such as `path=/blog/*` or `country!=DE|AT`; each dimension is also a parameter of its own: `path=/blog/*`',
    ['country!=DE|AT'],
  ),
  bots: parameter(choice(BOTS), 'default: `exclude`; `include` with a filter by bot'),
  status: parameter(list(matching(STATUS)), 'of access logs: `2xx,404`'),
  class: parameter(
    list(choice(REQUEST_CLASSES)),
    'of requests in access logs: `asset,feed`; `page` includes page views from elsewhere',
    ['page'],
  ),
};

/** Maximum number of rows of a ranking. */
export const LIMIT = parameterOr(10, integer(1, 1000), 'maximum number of rows', 5);
const INTERVAL = parameter(choice(INTERVALS), 'default: by the length of the period', 'day');
const COMPARE = parameter(
  choice(COMPARISONS),
  'with the previous period, or with the same period a year earlier',
  'previous',
);
const METRIC_LIST = parameterOr([], list(choice(METRICS)), 'in addition to hits and visitors', [
  'visits',
  'bounce_rate',
  'visit_duration',
]);

/** Parameters of a query for totals and a series. */
export const STATS_PARAMETERS = {
  ...SELECTION_PARAMETERS,
  interval: INTERVAL,
  metrics: METRIC_LIST,
  compare: COMPARE,
};

/** Selects the hits of a query. */
export interface Selection {
  /** '' for all sites. */
  readonly site: string;
  /** Milliseconds since 1970; undefined for the first hit. */
  readonly from: number | undefined;
  /** Exclusive; undefined for now, or without `from` for the last hit. */
  readonly to: number | undefined;
  readonly bots: (typeof BOTS)[number];
  /** Status codes, and classes of them as their first digit. Empty: all. */
  readonly status: readonly number[];
  /** Classes of requests. Empty: all hits. */
  readonly classes: readonly RequestClass[];
  /** Combined with AND. Empty: all hits. */
  readonly filters: readonly Filter[];
}

/**
 * Reads the selection of a query.
 *
 * @param params `site`, `from`, `to` (in `timezone`, if without offset), `bots` (`exclude`, `include`, `only`; `include`
 *   if there is a filter by bot), `status` (`2xx,404`), `class` (`page,asset`), `filter` and those of `readFilters`
 * @throws HitError `invalid` that names the parameter
 */
export function readSelection(params: QueryParams): Selection {
  const local = new LocalTime(readTimeZone(params.timezone));
  const from = readTime('from', params.from, local);
  const to = readTime('to', params.to, local);
  if (from !== undefined && to !== undefined && from >= to) {
    throw new HitError('invalid', `from (${params.from}) is not before to (${params.to})`);
  }
  const site = readText('site', params.site);
  const name = siteName(site);
  if (site !== '' && name === '')
    throw new HitError('invalid', `site "${printable(site)}" is not a host name`);
  const filters = readFilters(params);
  const usual = filters.some(({ dimension, negated }) => dimension === 'bot' && !negated)
    ? 'include'
    : 'exclude';
  return {
    site: name,
    from,
    to,
    bots: readParameter('bots', SELECTION_PARAMETERS.bots, params.bots) ?? usual,
    status: readStatus(readText('status', params.status)),
    classes: readParameter('class', SELECTION_PARAMETERS.class, params.class) ?? [],
    filters,
  };
}

/** The requested interval, or undefined to choose by the period's length. */
export function readInterval(value: unknown): Interval | undefined {
  return value === '' ? undefined : readParameter('interval', INTERVAL, value);
}

/** The metrics of an answer, in their fixed order: `visits,bounce_rate` adds these two to hits and visitors. */
export function readMetrics(value: unknown): readonly Metric[] {
  const asked = new Set<Metric>(['hits', 'visitors', ...readParameter('metrics', METRIC_LIST, value)]);
  return METRICS.filter((metric) => asked.has(metric));
}

/** The requested comparison; undefined for none. */
export function readComparison(value: unknown): ComparisonKind | undefined {
  return value === '' ? undefined : readParameter('compare', COMPARE, value);
}

/** An IANA time zone; UTC if none is given. */
export function readTimeZone(value: unknown): string {
  const zone = readParameter('timezone', SELECTION_PARAMETERS.timezone, value);
  const name = timeZoneOf(zone);
  if (name !== undefined) return name;
  throw new HitError(
    'invalid',
    `timezone "${printable(zone)}" is not an IANA time zone such as Europe/Berlin`,
  );
}

/** The requested number of rows. */
export function readLimit(value: unknown): number {
  return readParameter('limit', LIMIT, value);
}

/** An interval with a readable number of points for the period. */
export function chooseInterval(from: number, to: number): Interval {
  const hours = (to - from) / HOUR;
  if (hours <= 2) return 'minute';
  if (hours <= 72) return 'hour';
  if (hours <= 24 * 100) return 'day';
  return hours <= 24 * 800 ? 'week' : 'month';
}

/** @throws HitError `invalid` if a period has too many intervals */
export function checkIntervals(interval: Interval, { from, to }: { from: number; to: number }): void {
  const count = Math.ceil((to - from) / INTERVAL_LENGTHS[interval]);
  if (count <= MOST_INTERVALS) return;
  throw new HitError(
    'invalid',
    `the period has ${count} intervals of a ${interval}, more than ${MOST_INTERVALS}: choose a longer interval or a shorter period`,
  );
}

function readStatus(text: string): number[] {
  if (text === '') return [];
  return text.split(',').map((part) => {
    const match = STATUS.exec(part.trim());
    if (!match)
      throw new HitError(
        'invalid',
        `status "${printable(part)}" is neither a class such as 2xx nor a status such as 404`,
      );
    return Number(match[1] ?? match[2]);
  });
}
