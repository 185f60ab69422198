import { HitError } from '../errors.ts';
import { readIsoTime, type WrittenTime } from '../hit/calendar.ts';
import { END_OF_DATETIME64 } from '../hit/time.ts';
import type { LocalTime } from './local-time.ts';

/** Parameters of a query string or a command line, by name. */
export type QueryParams = Readonly<Record<string, unknown>>;

/**
 * An optional parameter.
 *
 * @returns '' if it is missing
 * @throws HitError `invalid` if it is given more than once
 */
export function readText(name: string, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw new HitError('invalid', `${name} is given more than once`);
  return value.trim();
}

/** @throws HitError `invalid` for a value that is not one of the choices, with their names */
export function readChoice<Choice extends string>(
  name: string,
  value: unknown,
  choices: readonly Choice[],
): Choice {
  const text = readText(name, value);
  const found = choices.find((choice) => choice === text);
  if (found === undefined) {
    throw new HitError('invalid', `${name} "${printable(text)}" is unknown: use ${choices.join(', ')}`);
  }
  return found;
}

/**
 * A date or a time in ISO 8601. It is local time in a time zone, unless it has an offset: a date is the start of
 * that day there.
 *
 * @returns milliseconds since 1970; undefined if the parameter is missing
 * @throws HitError `invalid` that shows the format of a time
 */
export function readTime(name: string, value: unknown, local: LocalTime): number | undefined {
  const text = readText(name, value);
  if (text === '') return undefined;
  const written = readIsoTime(text);
  const instant = written ? instantOf(written, local) : Number.NaN;
  if (!(instant >= 0 && instant < END_OF_DATETIME64)) {
    throw new HitError(
      'invalid',
      `${name} "${printable(text)}" is not a time such as 2026-01-31 or 2026-01-31T12:00:00Z`,
    );
  }
  return instant;
}

/** Client input, shortened for display. */
export function printable(text: string): string {
  return text
    .slice(0, 100)
    .toWellFormed()
    .replaceAll(/[\u0000-\u001f\u007f]/g, '\ufffd');
}

function instantOf({ wall, offset }: WrittenTime, local: LocalTime): number {
  return offset === undefined ? local.instantOf(wall) : wall - offset;
}
