import { DIMENSIONS, type Dimension } from '../clickhouse/dimension.ts';
import { HitError } from '../errors.ts';
import { isNeverStored } from '../hit/text.ts';
import { parameterOr, readChoice, readText } from '../schema/parameter.ts';
import { printable } from '../schema/printable.ts';
import { choice, either, matching, type Schema } from '../schema/schema.ts';
import { unknownName } from '../schema/suggestion.ts';
import { LIMIT, SELECTION_PARAMETERS } from './selection.ts';

/** Rankings of entry and exit pages → their dimension. */
export const ENDS = { entry: 'entry_page', exit: 'exit_page' } as const;
const PROP = 'prop:';
const LONGEST_KEY = 200;

/**
 * What is ranked: values of a dimension, pages on which visits begin (`entry`) or end (`exit`), or values of an event
 * property, such as `prop:plan`.
 */
export type Ranking = Dimension | keyof typeof ENDS | `prop:${string}`;

/** What is ranked, unless it is a property. */
const RANKINGS = [...DIMENSIONS, ...(Object.keys(ENDS) as (keyof typeof ENDS)[])];
const USUAL = 'path';
const RANKING: Schema<string> = either(
  choice(RANKINGS),
  matching(new RegExp(`^${PROP}.{1,${LONGEST_KEY}}$`)),
);

/** Parameters of a query for a ranking. */
export const TOP_PARAMETERS = {
  by: parameterOr(USUAL, RANKING, 'a dimension; pages on which visits begin or end; or `prop:NAME`', 'path'),
  limit: LIMIT,
  ...SELECTION_PARAMETERS,
};

/**
 * The requested ranking; default: paths.
 *
 * @throws HitError `invalid`
 */
export function readRanking(value: unknown): Ranking {
  const text = readText('by', value ?? USUAL);
  if (isProp(text)) {
    if (isNeverStored(text))
      throw new HitError('invalid', `by "${printable(text)}" has a control character, which no property has`);
    if (text.length > PROP.length && text.length <= PROP.length + LONGEST_KEY) return text;
    throw new HitError(
      'invalid',
      `by "${printable(text)}" has no property name, or one of more than ${LONGEST_KEY} characters`,
    );
  }
  const found = RANKINGS.find((each) => each === text);
  if (found === undefined) {
    throw unknownName('by', text, [...RANKINGS, 'prop:NAME']);
  }
  return found;
}

/** The requested dimension; default: `path`. @throws HitError `invalid` */
export function readDimension(value: unknown): Dimension {
  return readChoice('by', value ?? USUAL, DIMENSIONS);
}

export function isDimension(by: Ranking): by is Dimension {
  return DIMENSIONS.some((dimension) => dimension === by);
}

function isProp(text: string): text is `prop:${string}` {
  return text.startsWith(PROP);
}
