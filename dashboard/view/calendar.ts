/** Arithmetic on calendar dates as text, such as `2026-11-24`: no clock, no time zone. */
import { DAY } from '../../src/timing/units.ts';

/** The date that a clock in the reader's time zone shows. */
export function localDate(now: Date): string {
  const part = (value: number) => String(value).padStart(2, '0');
  return `${now.getFullYear()}-${part(now.getMonth() + 1)}-${part(now.getDate())}`;
}

/** Whether a text is an existing date, from the year 1970 on. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return time >= 0 && dateOf(time) === text;
}

export function addDays(date: string, days: number): string {
  return dateOf(timeOf(date) + days * DAY);
}

/** Days from one date to another; negative where that is earlier. */
export function daysBetween(from: string, to: string): number {
  return Math.round((timeOf(to) - timeOf(from)) / DAY);
}

/** The first day of the month of a date. */
export function monthOf(date: string): string {
  return `${date.slice(0, 7)}-01`;
}

/** @returns the first day of the month, that many months later */
export function addMonths(date: string, months: number): string {
  const start = new Date(timeOf(monthOf(date)));
  return dateOf(start.setUTCMonth(start.getUTCMonth() + months));
}

/** Milliseconds since 1970 of a date's midnight in UTC, for formats in UTC. */
export function timeOf(date: string): number {
  return Date.parse(`${date}T00:00:00Z`);
}

/**
 * The weeks of a month.
 *
 * @param month any day of it
 * @param firstWeekday 1 for Monday to 7 for Sunday
 * @returns seven days each, undefined outside of the month
 */
export function weeksOf(month: string, firstWeekday: number): (string | undefined)[][] {
  const first = monthOf(month);
  const length = daysBetween(first, addMonths(month, 1));
  const weekday = new Date(timeOf(first)).getUTCDay();
  const offset = (weekday - firstWeekday + 7) % 7;
  return Array.from({ length: Math.ceil((offset + length) / 7) }, (_, week) =>
    Array.from({ length: 7 }, (_, at) => {
      const day = week * 7 + at - offset;
      return day >= 0 && day < length ? addDays(first, day) : undefined;
    }),
  );
}

function dateOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
