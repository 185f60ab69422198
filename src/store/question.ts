import { HitError } from '../errors.ts';
import { siteName } from '../hit/site.ts';

/** Interval → a step in milliseconds that never jumps over one. */
const STEPS = { minute: 60_000, hour: 900_000, day: 3_600_000, week: 86_400_000, month: 86_400_000 } as const;
/** Interval → its usual length, to count points before they are made. */
const LENGTHS = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
  month: 30 * 86_400_000,
};
/** Times before it are taken. The engine's calendars end a century later. */
const END_OF_TIME = Date.UTC(2200, 0);
/** More points than this nobody reads, and no browser draws. */
const MOST_POINTS = 10_000;

export type Interval = keyof typeof STEPS;
export const INTERVALS = Object.keys(STEPS) as readonly Interval[];

/** What `top` ranks by → its column in the store. */
const COLUMNS = {
  path: 'path',
  referrer: 'referrer',
  source: 'source',
  country: 'country',
  browser: 'browser',
  os: 'os',
  device: 'device',
  language: 'language',
  utm_source: 'utm_source',
  utm_medium: 'utm_medium',
  utm_campaign: 'utm_campaign',
  name: 'name',
  bot: 'bot',
} as const;

export type Dimension = keyof typeof COLUMNS;
export const DIMENSIONS = Object.keys(COLUMNS) as readonly Dimension[];

const BOTS = ['exclude', 'include', 'only'] as const;
type Bots = (typeof BOTS)[number];

/** Which hits a question is about. */
export interface Selection {
  /** '' is all sites. */
  readonly site: string;
  /** Milliseconds since 1970; undefined is from the first hit. */
  readonly from: number | undefined;
  /** Exclusive; undefined is up to now, or without `from` up to the last hit. */
  readonly to: number | undefined;
  readonly bots: Bots;
  /** Status codes, and classes of them as their first digit. Empty: any. */
  readonly status: readonly number[];
}

/** Texts as they come from a query string or a command line. */
export type Words = Readonly<Record<string, unknown>>;

/**
 * Reads which hits are asked for.
 *
 * @param words `site`, `from`, `to`, `bots` (`exclude`, `include`, `only`), `status` (`2xx,404`)
 * @throws HitError `invalid` that names the word
 */
export function readSelection(words: Words): Selection {
  const from = readTime('from', words.from);
  const to = readTime('to', words.to);
  if (from !== undefined && to !== undefined && from >= to) {
    throw new HitError('invalid', `from (${words.from}) is not before to (${words.to})`);
  }
  const site = readText('site', words.site);
  const name = siteName(site);
  if (site !== '' && name === '') throw new HitError('invalid', `site "${shown(site)}" is no host name`);
  return {
    site: name,
    from,
    to,
    bots: readChoice('bots', words.bots ?? 'exclude', BOTS),
    status: readStatus(readText('status', words.status)),
  };
}

export function readDimension(value: unknown): Dimension {
  return readChoice('by', value ?? 'path', DIMENSIONS);
}

/** The interval that is asked for, or undefined to choose by the period's length. */
export function readInterval(value: unknown): Interval | undefined {
  return value === undefined || value === '' ? undefined : readChoice('interval', value, INTERVALS);
}

/** An IANA time zone; UTC if none is given. */
export function readTimeZone(value: unknown): string {
  const zone = readText('timezone', value);
  if (zone === '') return 'UTC';
  try {
    // An offset is one to this runtime, but not to the store.
    if (/^[+-]/.test(zone)) throw new RangeError(zone);
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    throw new HitError('invalid', `timezone "${shown(zone)}" is not an IANA time zone such as Europe/Berlin`);
  }
}

export function readLimit(value: unknown, most = 1000): number {
  const text = readText('limit', value);
  if (text === '') return 10;
  const limit = Number(text);
  if (!/^\d+$/.test(text) || limit < 1 || limit > most) {
    throw new HitError('invalid', `limit "${shown(text)}" is not a number from 1 to ${most}`);
  }
  return limit;
}

/** The column of a dimension. */
export function columnOf(dimension: Dimension): string {
  return COLUMNS[dimension];
}

/** An interval that gives a readable number of points for a period. */
export function chooseInterval(from: number, to: number): Interval {
  const hours = (to - from) / 3_600_000;
  if (hours <= 2) return 'minute';
  if (hours <= 72) return 'hour';
  if (hours <= 24 * 100) return 'day';
  return hours <= 24 * 800 ? 'week' : 'month';
}

/** @returns the step, in milliseconds, of a walk that touches each interval of the period */
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

function readTime(name: string, value: unknown): number | undefined {
  const text = readText(name, value);
  if (text === '') return undefined;
  const iso = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?$/.test(text);
  const zoned = /Z$|[+-]\d\d:?\d\d$/.test(text.slice(10)) || text.length === 10;
  const time = iso && isDay(text.slice(0, 10)) ? Date.parse(zoned ? text : `${text}Z`) : Number.NaN;
  if (!(time >= 0 && time < END_OF_TIME)) {
    throw new HitError(
      'invalid',
      `${name} "${shown(text)}" is not a time such as 2026-01-31 or 2026-01-31T12:00:00Z`,
    );
  }
  return time;
}

/** Whether the calendar has it: the 30th of February would become a day of March. */
function isDay(date: string): boolean {
  const time = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date);
}

function readStatus(text: string): number[] {
  if (text === '') return [];
  return text.split(',').map((part) => {
    const match = /^\s*(?:([1-5])xx|([1-9]\d\d))\s*$/.exec(part);
    if (!match) throw new HitError('invalid', `status "${shown(part)}" is neither like 2xx nor like 404`);
    return Number(match[1] ?? match[2]);
  });
}

function readChoice<Choice extends string>(name: string, value: unknown, choices: readonly Choice[]): Choice {
  const text = readText(name, value);
  const found = choices.find((choice) => choice === text);
  if (found === undefined) {
    throw new HitError('invalid', `${name} "${shown(text)}" is unknown: use ${choices.join(', ')}`);
  }
  return found;
}

function readText(name: string, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw new HitError('invalid', `${name} is given more than once`);
  return value.trim();
}

/** What a stranger sent, fit to be shown. */
function shown(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\u0000-\u001f\u007f]/g, '\ufffd')
    .slice(0, 100);
}
