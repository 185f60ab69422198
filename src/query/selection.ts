import { HitError } from '../errors.ts';
import { siteName } from '../hit/site.ts';
import { type Filter, readFilters } from './filter.ts';
import { LocalTime } from './local-time.ts';
import { printable, type QueryParams, readChoice, readText, readTime } from './params.ts';

/** Interval → a step in milliseconds that never skips one. */
const STEPS = { minute: 60_000, hour: 900_000, day: 3_600_000, week: 86_400_000, month: 86_400_000 } as const;
/** Interval → its usual length, to estimate the number of points. */
const LENGTHS = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
  month: 30 * 86_400_000,
};
/** Most points of a series: nobody reads more, and no browser draws them. */
const MOST_POINTS = 10_000;

export type Interval = keyof typeof STEPS;
export const INTERVALS = Object.keys(STEPS) as readonly Interval[];

/** The metrics. Hits and visitors are in every answer, visit metrics only on request. */
export const METRICS = ['hits', 'visitors', 'visits', 'bounce_rate', 'visit_duration'] as const;
export type Metric = (typeof METRICS)[number];

/** The compared period: the one before it of the same length, or the same one a year earlier. */
const COMPARISONS = ['previous', 'year'] as const;
export type ComparisonKind = (typeof COMPARISONS)[number];

const BOTS = ['exclude', 'include', 'only'] as const;
type Bots = (typeof BOTS)[number];

/** Selects the hits of a query. */
export interface Selection {
  /** '' for all sites. */
  readonly site: string;
  /** Milliseconds since 1970; undefined for the first hit. */
  readonly from: number | undefined;
  /** Exclusive; undefined for now, or without `from` for the last hit. */
  readonly to: number | undefined;
  readonly bots: Bots;
  /** Status codes, and classes of them as their first digit. Empty: all. */
  readonly status: readonly number[];
  /** Combined with AND. Empty: all hits. */
  readonly filters: readonly Filter[];
}

/**
 * Reads the selection of a query.
 *
 * @param words `site`, `from`, `to` (in `timezone`, if without offset), `bots` (`exclude`, `include`, `only`; `include`
 *   if there is a filter by bot), `status` (`2xx,404`), `filter` and those of `readFilters`
 * @throws HitError `invalid` that names the parameter
 */
export function readSelection(words: QueryParams): Selection {
  const local = new LocalTime(readTimeZone(words.timezone));
  const from = readTime('from', words.from, local);
  const to = readTime('to', words.to, local);
  if (from !== undefined && to !== undefined && from >= to) {
    throw new HitError('invalid', `from (${words.from}) is not before to (${words.to})`);
  }
  const site = readText('site', words.site);
  const name = siteName(site);
  if (site !== '' && name === '')
    throw new HitError('invalid', `site "${printable(site)}" is not a host name`);
  const filters = readFilters(words);
  const usual = filters.some(({ dimension, negated }) => dimension === 'bot' && !negated)
    ? 'include'
    : 'exclude';
  return {
    site: name,
    from,
    to,
    bots: readChoice('bots', words.bots ?? usual, BOTS),
    status: readStatus(readText('status', words.status)),
    filters,
  };
}

/** The requested interval, or undefined to choose by the period's length. */
export function readInterval(value: unknown): Interval | undefined {
  return value === undefined || value === '' ? undefined : readChoice('interval', value, INTERVALS);
}

/** The metrics of an answer, in their fixed order: `visits,bounce_rate` adds these two to hits and visitors. */
export function readMetrics(value: unknown): readonly Metric[] {
  const text = readText('metrics', value);
  const asked = new Set<Metric>(['hits', 'visitors']);
  if (text !== '') for (const name of text.split(',')) asked.add(readChoice('metrics', name, METRICS));
  return METRICS.filter((metric) => asked.has(metric));
}

/** The requested comparison; undefined for none. */
export function readComparison(value: unknown): ComparisonKind | undefined {
  return value === undefined || value === '' ? undefined : readChoice('compare', value, COMPARISONS);
}

/** An IANA time zone; UTC if none is given. */
export function readTimeZone(value: unknown): string {
  const zone = readText('timezone', value);
  if (zone === '') return 'UTC';
  try {
    // This runtime accepts an offset as a time zone, but the store does not.
    if (/^[+-]/.test(zone)) throw new RangeError(zone);
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    throw new HitError(
      'invalid',
      `timezone "${printable(zone)}" is not an IANA time zone such as Europe/Berlin`,
    );
  }
}

export function readLimit(value: unknown, most = 1000): number {
  const text = readText('limit', value);
  if (text === '') return 10;
  const limit = Number(text);
  if (!/^\d+$/.test(text) || limit < 1 || limit > most) {
    throw new HitError('invalid', `limit "${printable(text)}" is not a number from 1 to ${most}`);
  }
  return limit;
}

/** An interval with a readable number of points for the period. */
export function chooseInterval(from: number, to: number): Interval {
  const hours = (to - from) / 3_600_000;
  if (hours <= 2) return 'minute';
  if (hours <= 72) return 'hour';
  if (hours <= 24 * 100) return 'day';
  return hours <= 24 * 800 ? 'week' : 'month';
}

/** @returns the step, in milliseconds, that touches each interval of the period */
export function stepOf(interval: Interval, from: number, to: number): number {
  const points = Math.ceil((to - from) / LENGTHS[interval]);
  if (points > MOST_POINTS) {
    throw new HitError(
      'invalid',
      `this period has ${points} intervals of a ${interval}, at most ${MOST_POINTS} are given: choose a longer interval or a shorter period`,
    );
  }
  return STEPS[interval];
}

function readStatus(text: string): number[] {
  if (text === '') return [];
  return text.split(',').map((part) => {
    const match = /^\s*(?:([1-5])xx|([1-9]\d\d))\s*$/.exec(part);
    if (!match) throw new HitError('invalid', `status "${printable(part)}" is neither like 2xx nor like 404`);
    return Number(match[1] ?? match[2]);
  });
}
