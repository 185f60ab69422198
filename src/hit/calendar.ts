/**
 * Dates and times of day as numbers. Dates that do not exist are rejected, whereas `Date.parse` and `Date.UTC` carry
 * 30 February over into March.
 */
import { HOUR, MINUTE } from '../timing/units.ts';

/** `Date.UTC` interprets years before this one as years of the last century. */
const FIRST_YEAR = 100;

/** A time as it was written. */
export interface ParsedTime {
  /** Wall-clock time, in milliseconds since 1970 as if it were UTC. */
  readonly wall: number;
  /** Milliseconds by which the wall clock is ahead of UTC; undefined if the text has no offset. */
  readonly offset: number | undefined;
}

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?([Zz]|[+-]\d\d:?\d\d)?)?$/;

/**
 * Parses an ISO 8601 date or time. Second 60 is a leap second and counts as the first second of the next minute; digits
 * after the millisecond are cut.
 *
 * @returns undefined for any other text, and for a date or time that does not exist (30 February, hour 24, month 13)
 * @example
 * readIsoTime('2026-01-31T12:00:00+01:00'); // { wall: Date.UTC(2026, 0, 31, 12), offset: 3600000 }
 * readIsoTime('2026-02-30'); // undefined
 */
export function readIsoTime(text: string): ParsedTime | undefined {
  const match = ISO.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone] = match;
  const offset = zone === undefined ? undefined : offsetOf(zone);
  const wall =
    startOfDay(Number(year), Number(month), Number(day)) +
    timeOfDay(Number(hour), Number(minute), Number(second)) +
    Number(fraction.slice(0, 3).padEnd(3, '0'));
  return Number.isNaN(wall) || Number.isNaN(offset) ? undefined : { wall, offset };
}

/** The start of a UTC day in milliseconds since 1970; NaN for a day that does not exist. Months count from 1. */
export function startOfDay(year: number, month: number, day: number): number {
  if (!(year >= FIRST_YEAR)) return Number.NaN;
  const start = Date.UTC(year, month - 1, day);
  const date = new Date(start);
  return date.getUTCDate() === day && date.getUTCMonth() === month - 1 ? start : Number.NaN;
}

/** Milliseconds since midnight; NaN for a time that does not exist. Second 60 is a leap second. */
export function timeOfDay(hour: number, minute: number, second: number): number {
  return hour <= 23 && minute <= 59 && second <= 60
    ? hour * HOUR + minute * MINUTE + second * 1000
    : Number.NaN;
}

/** An offset from UTC in milliseconds; NaN if it is invalid. */
export function offsetBy(hours: number, minutes: number): number {
  return hours <= 23 && minutes <= 59 ? hours * HOUR + minutes * MINUTE : Number.NaN;
}

/** @param zone `Z`, `+0100` or `-01:30` */
function offsetOf(zone: string): number {
  if (zone === 'Z' || zone === 'z') return 0;
  const offset = offsetBy(Number(zone.slice(1, 3)), Number(zone.slice(-2)));
  return zone.startsWith('-') ? -offset : offset;
}
