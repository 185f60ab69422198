/**
 * The notation of `strftime` in Apache's `%{%Y-%m-%d %T}t`. A log may write its time in several such tokens, as in
 * `[%{%d/%b/%Y:%T}t.%{msec_frac}t %{%z}t]`: so each part of a time is a field of its own.
 */

import { parseLogTime } from './log-time.ts';

/** The parts of a time. */
export const TIME_PARTS = ['year', 'month', 'day', 'hour', 'minute', 'second', 'fraction', 'zone'] as const;
export type TimePart = (typeof TIME_PARTS)[number];

/** Text between fields, or a field and the expression that matches it. `time` is a whole time, in seconds since 1970. */
export type TimeToken =
  | { readonly text: string }
  | { readonly field: TimePart | 'time' | ''; readonly source: string };

const TWO = String.raw`\d\d`;
const WORD = String.raw`[^\s\d]+`;
const PARTS: Readonly<Record<string, readonly [TimePart | 'time' | '', string]>> = {
  Y: ['year', String.raw`\d{4}`],
  y: ['year', TWO],
  m: ['month', TWO],
  b: ['month', '[A-Za-z]{3}'],
  h: ['month', '[A-Za-z]{3}'],
  d: ['day', TWO],
  e: ['day', String.raw`[ \d]\d`],
  H: ['hour', TWO],
  k: ['hour', String.raw`[ \d]\d`],
  M: ['minute', TWO],
  S: ['second', TWO],
  z: ['zone', String.raw`[+-]\d\d:?\d\d`],
  Z: ['zone', '[A-Z]{1,5}'],
  s: ['time', String.raw`\d+`],
  a: ['', WORD],
  A: ['', WORD],
  j: ['', String.raw`\d{3}`],
};
/** Conversions that stand for several. */
const SHORT: Readonly<Record<string, string>> = {
  F: '%Y-%m-%d',
  T: '%H:%M:%S',
  R: '%H:%M',
  D: '%m/%d/%y',
  c: '%a %b %e %H:%M:%S %Y',
};
const FRACTIONS: Readonly<Record<string, number>> = { msec_frac: 3, usec_frac: 6 };

/** A conversion, the `Z` of ISO 8601 at the end of a time, or any other text. */
const TOKENS = /%([A-Za-z%])|Z(?=$|\s)|(?:(?!Z(?:$|\s))[^%])+/g;

/**
 * The tokens of a notation.
 *
 * @param notation between the braces of Apache's `%{…}t`
 * @returns undefined if it has a conversion that is not supported, such as one of a clock with twelve hours
 */
export function timeTokens(notation: string): readonly TimeToken[] | undefined {
  const text = notation.replace(/^(?:begin|end):/, '');
  const digits = FRACTIONS[text];
  if (digits !== undefined) return [{ field: 'fraction', source: String.raw`\d{${digits}}` }];
  const long = text.replace(/%([FTRDc])/g, (_, letter: string) => SHORT[letter]!);
  const tokens = Array.from(long.matchAll(TOKENS), ([token, letter]): TimeToken | undefined => {
    if (token === 'Z') return { field: 'zone', source: 'Z' };
    if (letter === undefined || letter === '%') return { text: letter ?? token };
    const part = PARTS[letter];
    return part && { field: part[0], source: part[1] };
  });
  return tokens.every((token) => token !== undefined) ? tokens : undefined;
}

/**
 * The time that some parts make, in milliseconds since 1970. Without a zone, it is in UTC.
 *
 * @param of the text of a part; '' for none
 * @returns NaN if they are not a time
 */
export function timeOfParts(of: (part: TimePart) => string): number {
  const zone = of('zone');
  if (/^[A-Z]/.test(zone) && !/^(?:UTC|GMT|Z)$/.test(zone)) return Number.NaN;
  const year = of('year').padStart(4, '20');
  const fraction = of('fraction');
  const clock = `${twoDigits(of('hour'))}:${of('minute')}:${of('second') || '00'}${fraction && `.${fraction}`}`;
  const offset = /^[+-]/.test(zone) ? zone.replace(':', '') : '+0000';
  const month = of('month');
  // Apache's own notation has the names of months.
  if (/^[A-Za-z]/.test(month))
    return parseLogTime(`${twoDigits(of('day'))}/${month}/${year}:${clock} ${offset}`);
  return parseLogTime(`${year}-${month}-${twoDigits(of('day'))}T${clock}${offset}`);
}

/** Two digits of a number that is padded with a space. */
function twoDigits(text: string): string {
  return text.replace(' ', '0');
}
