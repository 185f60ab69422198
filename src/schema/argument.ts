/** Checks of what a program passes to the library: from JavaScript, anything may come. All throw HitError `invalid`. */
import { HitError } from '../errors.ts';
import { excerpt } from './printable.ts';
import { unknownName } from './suggestion.ts';

/** Characters of a wrong text that an error repeats. */
const LONGEST_SHOWN = 40;

export const ANY_NUMBER: Range = { least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY };

/** The values that a number may have. */
export interface Range {
  readonly least: number;
  readonly most: number;
  readonly isWhole?: boolean;
}

/**
 * @param name of the argument, as in the documentation
 * @param value undefined stands for the fallback
 */
export function numberOr(name: string, value: unknown, fallback: number, range: Range): number {
  return value === undefined ? fallback : checkedNumber(name, value, range);
}

/** @returns the value, if it is a number within the range */
export function checkedNumber(name: string, value: unknown, { least, most, isWhole = false }: Range): number {
  if (typeof value === 'number' && value >= least && value <= most && !(isWhole && !Number.isInteger(value)))
    return value;
  const kind = isWhole ? 'a whole number' : 'a number';
  const lower = least === Number.NEGATIVE_INFINITY ? '' : ` from ${least}`;
  const upper = most === Number.POSITIVE_INFINITY ? '' : ` to ${most}`;
  throw new HitError('invalid', `${name} must be ${kind}${lower}${upper}, not ${shown(value)}`);
}

/** Checks that a value was made by a class of the library. */
export function checkInstance(
  name: string,
  value: unknown,
  type: abstract new (...args: never[]) => unknown,
): void {
  if (!(value instanceof type))
    throw new HitError('invalid', `${name} must be a ${type.name}, not ${shown(value)}`);
}

/** Checks that options are an object with known members only: a misspelt one would silently not apply. */
export function checkOptions(options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new HitError('invalid', `options must be an object, not ${shown(options)}`);
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) throw unknownName('the option', unknown, known);
}

/** A value for a message, in a few words. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `"${excerpt(value, LONGEST_SHOWN)}"`;
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'an array';
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (value instanceof Uint32Array) return `${value.length} words`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'bigint' ? `${value}n` : String(value);
}
