/** Values of JSON that people write, read strictly. Names are places in it, for messages. */
import { HitError } from '../../errors.ts';
import { isNeverStored } from '../../hit/text.ts';
import { printable } from '../../schema/printable.ts';
import { unknownName } from '../../schema/suggestion.ts';
import { LIMITS } from './limits.ts';

/**
 * Reads a text.
 *
 * @param name its place in the query, for messages
 * @throws HitError `invalid` for anything else, control characters, or too many characters
 */
export function readText(name: string, value: unknown): string {
  if (value === undefined) throw new HitError('invalid', `${name} is missing`);
  if (typeof value !== 'string') throw new HitError('invalid', `${name} is not a string`);
  if (value.length > LIMITS.characters)
    throw new HitError('invalid', `${name} has more than ${LIMITS.characters} characters`);
  if (isNeverStored(value))
    throw new HitError('invalid', `${name} "${printable(value)}" has a control character, which no hit has`);
  return value;
}

/** @throws HitError `invalid` */
export function readList(name: string, value: unknown, most: number): readonly unknown[] {
  if (!Array.isArray(value)) throw new HitError('invalid', `${name} is not a list`);
  if (value.length > most)
    throw new HitError('invalid', `${name} has ${value.length} values, ${most} are allowed`);
  return value;
}

/**
 * The members of an object. One that is null is missing, as programs write what they do not have.
 *
 * @throws HitError `invalid` for a member that is not known, with the nearest one
 */
export function readMembers(
  name: string,
  value: unknown,
  known: readonly string[],
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new HitError('invalid', `${name} is not an object`);
  const odd = Object.keys(value).find((member) => !known.includes(member));
  if (odd !== undefined) throw unknownName(`${name}: member`, odd, known);
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== null));
}

/** @throws HitError `invalid`, with the nearest choice */
export function readOneOf<Choice extends string>(
  name: string,
  value: unknown,
  choices: readonly Choice[],
): Choice {
  const text = readText(name, value);
  const found = choices.find((choice) => choice === text);
  if (found === undefined) throw unknownName(name, text, choices);
  return found;
}

/** A whole number of a range, ends included. @throws HitError `invalid` */
export function readWhole(name: string, value: unknown, least: number, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new HitError('invalid', `${name} is not a whole number from ${least} to ${most}`);
}

/** @throws HitError `invalid` */
export function readBoolean(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new HitError('invalid', `${name} is neither true nor false`);
}
