/**
 * Timestamps of access logs: the text between the brackets.
 *
 * Nearly every line carries Apache's `17/May/2015:10:05:03 +0000`, and neighbouring lines share their day. So
 * that shape is read digit by digit without creating a string, and the start of the last day is cached:
 * a typical line only takes a few additions. Other shapes (a fraction, no zone, ISO 8601) are rare and
 * use a regular expression.
 */

import { offsetBy, startOfDay, timeOfDay } from '../hit/calendar.ts';
import { CLOSING_BRACKET, COLON, DASH, PLUS, SLASH, SPACE, UPPER_T, ZERO } from './ascii.ts';

/** The length of `17/May/2015:10:05:03 +0000`. */
const APACHE_LENGTH = 26;
/** Shortest and longest timestamp: ISO 8601 alone, and Apache's with nine digits of fraction. */
const SHORTEST = 19;
const LONGEST = 36;

/** The bit that distinguishes lower case from upper case. */
const LOWER_CASE = 32;

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH_OF_LETTERS = new Map(MONTHS.map((name, index) => [lettersAt(name, 0), index + 1]));

const CLOCK = String.raw`(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)(?:[.,](?<fraction>\d{1,9}))?`;
const APACHE = new RegExp(
  String.raw`^(?<day>\d\d)/(?<month>[A-Za-z]{3})/(?<year>\d{4}):${CLOCK}(?: (?<zone>[+-]\d{4}))?$`,
);
const ISO = new RegExp(
  String.raw`^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)T${CLOCK}(?<zone>Z|[+-]\d\d:?\d\d)?$`,
);

/** The last day that was read, as text, and its start: a cache of a pure function. */
const lastDay = { day: 0, letters: 0, year: 0, startMs: Number.NaN };

/**
 * Whether a timestamp begins here, judged by its separators alone: `dd/Mon/yyyy:` or `yyyy-mm-ddT`.
 *
 * @param at index of the first character after the bracket
 */
export function looksLikeTime(text: string, at: number): boolean {
  if (text.charCodeAt(at + 2) === SLASH) {
    return text.charCodeAt(at + 6) === SLASH && text.charCodeAt(at + 11) === COLON;
  }
  return (
    text.charCodeAt(at + 4) === DASH &&
    text.charCodeAt(at + 7) === DASH &&
    text.charCodeAt(at + 10) === UPPER_T
  );
}

/**
 * The index of the bracket after a timestamp, -1 if there is none nearby.
 *
 * @param at index of the timestamp's first character
 */
export function timeEnd(text: string, at: number): number {
  for (let end = at + SHORTEST; end <= at + LONGEST; end++) {
    if (text.charCodeAt(end) === CLOSING_BRACKET) return end;
  }
  return -1;
}

/**
 * The time of a log's timestamp, in milliseconds since 1970. A missing zone means UTC. `hit/time.ts` decides whether
 * the time is valid for a hit.
 *
 * @param from index of the first character of the timestamp
 * @param to index after its last character
 * @returns NaN if this is not a timestamp, or a part is out of its range (`32/Jan`, `29/Feb/2015`, `24:00:00`)
 *
 * @example
 * parseLogTime('17/May/2015:10:05:03 +0200'); // 1431849903000
 * parseLogTime('2015-05-17T08:05:03.250Z'); // 1431849903250
 * parseLogTime('32/Jan/2015:10:05:03 +0000'); // NaN
 */
export function parseLogTime(text: string, from = 0, to = text.length): number {
  const isUsual =
    to - from === APACHE_LENGTH &&
    text.charCodeAt(from + 2) === SLASH &&
    text.charCodeAt(from + 6) === SLASH &&
    text.charCodeAt(from + 11) === COLON &&
    text.charCodeAt(from + 14) === COLON &&
    text.charCodeAt(from + 17) === COLON &&
    text.charCodeAt(from + 20) === SPACE;
  if (!isUsual) return parseUncommonTime(text.slice(from, to));
  const startMs = startOfLocalDay(
    twoDigits(text, from),
    lettersAt(text, from + 3),
    twoDigits(text, from + 7) * 100 + twoDigits(text, from + 9),
  );
  return (
    startMs +
    timeOfDay(twoDigits(text, from + 12), twoDigits(text, from + 15), twoDigits(text, from + 18)) -
    zoneOffset(text.charCodeAt(from + 21), twoDigits(text, from + 22), twoDigits(text, from + 24))
  );
}

/** Whether a timestamp names no offset from UTC. */
export function isWithoutOffset(text: string): boolean {
  return !/(?:Z|[+-]\d\d:?\d\d)$/.test(text);
}

function startOfLocalDay(day: number, letters: number, year: number): number {
  if (day !== lastDay.day || letters !== lastDay.letters || year !== lastDay.year) {
    lastDay.day = day;
    lastDay.letters = letters;
    lastDay.year = year;
    lastDay.startMs = startOfDay(year, MONTH_OF_LETTERS.get(letters) ?? Number.NaN, day);
  }
  return lastDay.startMs;
}

/** Offset of a zone from UTC, in milliseconds; positive if its clocks are ahead. */
function zoneOffset(sign: number, hours: number, minutes: number): number {
  const offset = offsetBy(hours, minutes);
  if (sign === PLUS) return offset;
  return sign === DASH ? -offset : Number.NaN;
}

function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO;
  const ones = text.charCodeAt(at + 1) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/** Three letters as one number, ignoring case. 0 if they are not ASCII. */
function lettersAt(text: string, at: number): number {
  const first = text.charCodeAt(at) | LOWER_CASE;
  const second = text.charCodeAt(at + 1) | LOWER_CASE;
  const third = text.charCodeAt(at + 2) | LOWER_CASE;
  return first < 128 && second < 128 && third < 128 ? (first << 16) | (second << 8) | third : 0;
}

/** Any supported shape, by a slow regular expression. */
function parseUncommonTime(text: string): number {
  const parts = (APACHE.exec(text) ?? ISO.exec(text))?.groups;
  if (parts === undefined) return Number.NaN;
  const { year, month = '', day, hour, minute, second, fraction = '', zone = 'Z' } = parts;
  const monthNumber = MONTHS.indexOf(month.toLowerCase()) + 1 || Number(month);
  const ahead =
    zone === 'Z' ? 0 : zoneOffset(zone.charCodeAt(0), twoDigits(zone, 1), twoDigits(zone, zone.length - 2));
  return (
    startOfDay(Number(year), monthNumber, Number(day)) +
    timeOfDay(Number(hour), Number(minute), Number(second)) +
    Number(fraction.slice(0, 3).padEnd(3, '0')) -
    ahead
  );
}
