import { HitError } from '../errors.ts';
import { DIMENSIONS, type Dimension } from './dimension.ts';
import type { Period } from './plan.ts';
import { hitsQuestion } from './raw.ts';
import type { Row, Source } from './source.ts';
import type { Value } from './stats.ts';
import { QUESTION_BOUNDS } from './store.ts';
import { readText, shown } from './words.ts';

/** The end of a visit that a ranking of pages is of → its place among the visit's hits. */
const ENDS = { entry: 1, exit: -1 } as const;
const PROP = 'prop:';
const LONGEST_KEY = 200;

/**
 * What is ranked: values of a dimension, pages on which visits begin (`entry`) or end (`exit`), or values of a property of
 * events, such as `prop:plan`. Only dimensions are rolled up; the others are counted hit by hit.
 */
export type Ranking = Dimension | keyof typeof ENDS | `prop:${string}`;

/** How often events had a property. */
export interface Prop {
  readonly key: string;
  readonly hits: number;
}

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
      `by "${shown(text)}" has no name of a property, or one of more than ${LONGEST_KEY} characters`,
    );
  }
  const known = [...DIMENSIONS, ...(Object.keys(ENDS) as (keyof typeof ENDS)[])];
  const found = known.find((each) => each === text);
  if (found === undefined) {
    throw new HitError('invalid', `by "${shown(text)}" is unknown: use ${known.join(', ')}, or prop:NAME`);
  }
  return found;
}

export function isDimension(by: Ranking): by is Dimension {
  return DIMENSIONS.some((dimension) => dimension === by);
}

/** Of what is no dimension, the values with most hits, or for `entry` and `exit` with most visits. */
export async function oddTop(
  source: Source,
  period: Period,
  by: Exclude<Ranking, Dimension>,
  limit: number,
): Promise<Value[]> {
  const { parameters, fragments } = await hitsQuestion(source, period);
  const [query, own] = isProp(by)
    ? ['top_prop', { key: by.slice(PROP.length) }]
    : ['top_ends', { end: ENDS[by] }];
  const rows = await source.store.rows<Row<'hits' | 'visitors'> & { value: string }>(
    query,
    { ...parameters, ...own, limit },
    QUESTION_BOUNDS,
    fragments,
  );
  return rows.map(({ value, hits, visitors }) => ({ value, hits: Number(hits), visitors: Number(visitors) }));
}

/** Properties of events in a period, those of most hits first. */
export async function readProps(source: Source, period: Period): Promise<Prop[]> {
  const { parameters, fragments } = await hitsQuestion(source, period);
  const rows = await source.store.rows<Row<'hits'> & { key: string }>(
    'props',
    parameters,
    QUESTION_BOUNDS,
    fragments,
  );
  return rows.map(({ key, hits }) => ({ key, hits: Number(hits) }));
}

function isProp(text: string): text is `prop:${string}` {
  return text.startsWith(PROP);
}
