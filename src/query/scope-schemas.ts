/** What the JSON of queries, funnels, journeys and retention has in common: their scope, as requested and as understood. */
import {
  choice,
  described,
  either,
  list,
  object,
  type Schema,
  TEXT,
  TIME,
  textUpTo,
} from '../schema/schema.ts';
import { BOTS, type Filter } from './engine/query.ts';
import { LIMITS } from './language/limits.ts';
import { QUERY_PERIODS } from './language/scope-reader.ts';

const FILTER: Schema<Filter> = {
  type: 'array',
  items: {},
  description:
    '`["is", "country", ["DE"]]`, `["greater", "visit_duration", [10]]`, `["or", [filters]]`, `["not", filter]`, `["has_done", filter]`',
} as Schema<Filter>;
export const FILTERS = list(FILTER);

/** A period of two times, as requested for a comparison. */
export const SPAN = object({
  from: described(TEXT, 'inclusive: a date in the time zone, or a time'),
  to: described(TEXT, 'exclusive'),
});
const OPEN_SPAN = object(
  { from: described(TEXT, 'inclusive: a date in the time zone, or a time') },
  { to: described(TEXT, 'exclusive; default: now') },
);
/** The members of a scope that are required. */
export const SCOPE_PERIOD = { period: either(choice(QUERY_PERIODS), OPEN_SPAN) };
/** The others, except bots and filters, whose descriptions differ. */
export const SCOPE = {
  site: described(either(TEXT, list(TEXT, LIMITS.sites)), 'one or several; default: all'),
  timezone: described(TEXT, 'an IANA name; default: UTC'),
  segment: described(
    textUpTo(LIMITS.characters),
    'a stored segment of the site, whose filters apply in addition',
  ),
};

/** A period of an answer. */
export const PERIOD = object({ from: TIME, to: TIME });
export const UNDERSTOOD_SCOPE = { period: PERIOD, timezone: TEXT, bots: choice(BOTS) };
/** Missing: all. */
export const UNDERSTOOD_SITES = { site: list(TEXT) };
