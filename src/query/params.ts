import { HitError } from '../errors.ts';
import { type ParsedTime, readIsoTime } from '../hit/calendar.ts';
import { END_OF_DATETIME64 } from '../hit/time.ts';
import { readText } from '../schema/parameter.ts';
import { printable } from '../schema/printable.ts';
import type { LocalTime } from './local-time.ts';

/** Parameters of a query string or a command line, by name. */
export type QueryParams = Readonly<Record<string, unknown>>;

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

function instantOf({ wall, offset }: ParsedTime, local: LocalTime): number {
  return offset === undefined ? local.instantOf(wall) : wall - offset;
}
