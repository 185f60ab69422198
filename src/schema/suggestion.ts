/** Suggestions for misspelt names, and the faults that give them. */
import { HitError } from '../errors.ts';
import { printable } from './printable.ts';

/** Longer names are not compared: the time of a comparison grows with the product of the lengths. */
const LONGEST = 64;

/**
 * The known name that a misspelt one most likely means: the nearest by edits (a character inserted, deleted or replaced, or two
 * neighbours swapped), if that is near enough for its length.
 *
 * @returns undefined if none is near
 * @example
 * nearest('contry', ['country', 'city']); // 'country'
 */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const given = name.toLowerCase();
  if (given.length > LONGEST) return undefined;
  let found: string | undefined;
  let least = Math.min(3, Math.floor((given.length + 1) / 3)) + 1;
  for (const each of known) {
    if (each === name || each.length > LONGEST) continue;
    const distance = edits(given, each.toLowerCase());
    if (distance >= least) continue;
    least = distance;
    found = each;
  }
  return found;
}

/** ` (did you mean "country"?)`, or '' if no known name is near. */
export function suggestion(name: string, known: Iterable<string>): string {
  const found = nearest(name, known);
  return found === undefined ? '' : ` (did you mean "${found}"?)`;
}

/** Maximum number of names in a message: more than any fixed list has, but sites may have any number of goals. */
const MOST_LISTED = 100;

/**
 * The error for an unknown name, with the most similar known name, or else a list of the known names.
 *
 * @param what the kind of the name, or its place: `metrics[1]`
 */
export function unknownName(what: string, name: string, known: readonly string[]): HitError {
  const meant = nearest(name, known);
  const more = known.length - MOST_LISTED;
  const listed = `${known.slice(0, MOST_LISTED).join(', ')}${more > 0 ? `, or one of ${more} others` : ''}`;
  const choices = known.length === 0 ? 'there are none' : `use ${listed}`;
  const advice = meant === undefined ? choices : `did you mean "${meant}"?`;
  return new HitError('invalid', `${what} "${printable(name)}" is unknown: ${advice}`);
}

/** Edits from one text to another: the optimal string alignment of Damerau and Levenshtein. */
function edits(from: string, to: string): number {
  let before: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const isSame = from[i - 1] === to[j - 1];
      let least = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (isSame ? 0 : 1));
      const isSwapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (isSwapped) least = Math.min(least, before[j - 2]! + 1);
      row.push(least);
    }
    [before, last] = [last, row];
  }
  return last[to.length]!;
}
