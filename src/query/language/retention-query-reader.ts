/** The JSON of `POST /api/v1/retention`, read as strictly as that of a query. */
import { mentionsGoals } from '../engine/condition.ts';
import type { Goal } from '../engine/query.ts';
import type { Retention } from '../engine/retention-query.ts';
import { readMembers, readOneOf } from './json-values.ts';
import { type AskedScope, checkGoals, readScope, SCOPE_MEMBERS, usualBots } from './scope-reader.ts';

export const COHORT_INTERVALS = ['day', 'week', 'month'] as const;
export const VISITOR_IDENTITIES = ['cookie', 'cookieless'] as const;
const MEMBERS = [...SCOPE_MEMBERS, 'interval', 'return_filters', 'identity'];

export interface AskedRetention extends AskedScope, Pick<Retention, 'returnFilters'> {
  /** Undefined: weeks, or months if there are too many of them. */
  readonly interval: Retention['interval'] | undefined;
  /** Undefined: that of the server. */
  readonly identity: Retention['identity'] | undefined;
}

/**
 * Reads the JSON of `POST /api/v1/retention`.
 *
 * @param now milliseconds since 1970, to which named periods refer
 * @param goals of all sites
 * @throws HitError `invalid` that names the invalid member, with a suggestion
 */
export function readRetention(value: unknown, now: number, goals: readonly Goal[]): AskedRetention {
  const asked = readMembers('the query', value, MEMBERS);
  const { scope, goals: known, filterReader } = readScope(asked, now, goals);
  const returnFilters = filterReader.readAll('return_filters', asked.return_filters ?? []);
  const { filters } = scope;
  return {
    ...{ ...scope, returnFilters },
    interval:
      asked.interval === undefined ? undefined : readOneOf('interval', asked.interval, COHORT_INTERVALS),
    identity:
      asked.identity === undefined ? undefined : readOneOf('identity', asked.identity, VISITOR_IDENTITIES),
    goals: [...filters, ...returnFilters].some(mentionsGoals) ? checkGoals(known) : [],
    bots: scope.bots ?? usualBots({ dimensions: [], filters }),
  };
}
