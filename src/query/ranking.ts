import { DIMENSIONS, type Dimension } from '../clickhouse/dimension.ts';
import { HitError } from '../errors.ts';
import { printable, readChoice, readText } from './params.ts';

/** The end of a visit that a ranking of pages is of → its place among the visit's hits. */
export const ENDS = { entry: 1, exit: -1 } as const;
export const PROP = 'prop:';
const LONGEST_KEY = 200;

/**
 * What is ranked: values of a dimension, pages on which visits begin (`entry`) or end (`exit`), or values of a property of
 * events, such as `prop:plan`. Only dimensions are rolled up; the others are counted hit by hit.
 */
export type Ranking = Dimension | keyof typeof ENDS | `prop:${string}`;

/**
 * The ranking that is asked for, of paths if none is said.
 *
 * @throws HitError `invalid`
 */
export function readRanking(value: unknown): Ranking {
  const text = readText('by', value ?? 'path');
  if (isProp(text)) {
    if (text.length > PROP.length && text.length <= PROP.length + LONGEST_KEY) return text;
    throw new HitError(
      'invalid',
      `by "${printable(text)}" has no name of a property, or one of more than ${LONGEST_KEY} characters`,
    );
  }
  const known = [...DIMENSIONS, ...(Object.keys(ENDS) as (keyof typeof ENDS)[])];
  const found = known.find((each) => each === text);
  if (found === undefined) {
    throw new HitError(
      'invalid',
      `by "${printable(text)}" is unknown: use ${known.join(', ')}, or prop:NAME`,
    );
  }
  return found;
}

/** The dimension that is asked for, `path` if none is said. @throws HitError `invalid` */
export function readDimension(value: unknown): Dimension {
  return readChoice('by', value ?? 'path', DIMENSIONS);
}

export function isDimension(by: Ranking): by is Dimension {
  return DIMENSIONS.some((dimension) => dimension === by);
}

export function isProp(text: string): text is `prop:${string}` {
  return text.startsWith(PROP);
}
