/** The JSON of `POST /api/v1/journeys`, read as strictly as that of a query. */
import { HitError } from '../../errors.ts';
import { mentionsGoals } from '../engine/condition.ts';
import { type Journey, MOST_CONTINUATIONS, MOST_JOURNEY_STEPS } from '../engine/journey-query.ts';
import type { Goal } from '../engine/query.ts';
import { readMembers, readOneOf, readText, readWhole } from './json-values.ts';
import { pagePattern } from './page-pattern.ts';
import { type AskedScope, checkGoals, readScope, SCOPE_MEMBERS, usualBots } from './scope-reader.ts';

export const JOURNEY_DIRECTIONS = ['both', 'before', 'after'] as const;
export const USUAL_STEPS = 3;
export const USUAL_CONTINUATIONS = 10;
const MEMBERS = [...SCOPE_MEMBERS, 'page', 'direction', 'steps', 'limit'];

export interface AskedJourneys extends AskedScope, Pick<Journey, 'page' | 'steps' | 'limit'> {
  readonly direction: (typeof JOURNEY_DIRECTIONS)[number];
}

/**
 * Reads the JSON of `POST /api/v1/journeys`.
 *
 * @param now milliseconds since 1970, to which named periods refer
 * @param goals of all sites
 * @throws HitError `invalid` that names the invalid member, with a suggestion
 */
export function readJourneys(value: unknown, now: number, goals: readonly Goal[]): AskedJourneys {
  const asked = readMembers('the query', value, MEMBERS);
  const { scope, goals: known } = readScope(asked, now, goals);
  if (asked.page === undefined || asked.page === '')
    throw new HitError(
      'invalid',
      'page is missing: name one, such as "/pricing", or a pattern, such as "/blog/*"',
    );
  return {
    ...scope,
    page: pagePattern(readText('page', asked.page)),
    direction: readOneOf('direction', asked.direction ?? 'both', JOURNEY_DIRECTIONS),
    steps: readWhole('steps', asked.steps ?? USUAL_STEPS, 1, MOST_JOURNEY_STEPS),
    limit: readWhole('limit', asked.limit ?? USUAL_CONTINUATIONS, 1, MOST_CONTINUATIONS),
    goals: scope.filters.some(mentionsGoals) ? checkGoals(known) : [],
    bots: scope.bots ?? usualBots({ dimensions: [], filters: scope.filters }),
  };
}
