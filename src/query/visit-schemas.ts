/** The JSON of `POST /api/v1/funnel`, `/journeys` and `/retention`, and of their answers. `language/` parses it. */
import {
  COUNT,
  choice,
  described,
  integer,
  list,
  NUMBER,
  nullable,
  object,
  type Static,
  TEXT,
  TIME,
  textUpTo,
} from '../schema/schema.ts';
import { MOST_CONTINUATIONS, MOST_JOURNEY_STEPS } from './engine/journey-query.ts';
import { BOTS, VISIT_DIMENSIONS } from './engine/query.ts';
import { MOST_FUNNEL_ROWS } from './language/funnel-query-reader.ts';
import { JOURNEY_DIRECTIONS, USUAL_CONTINUATIONS, USUAL_STEPS } from './language/journeys-query-reader.ts';
import { LIMITS, USUAL_ROWS } from './language/limits.ts';
import { COHORT_INTERVALS, VISITOR_IDENTITIES } from './language/retention-query-reader.ts';
import { STEPS, WINDOW, WRITTEN_WINDOW } from './resources/funnel-reader.ts';
import { FILTERS, SCOPE, SCOPE_PERIOD, UNDERSTOOD_SCOPE, UNDERSTOOD_SITES } from './scope-schemas.ts';
import { UNKNOWN_SITES } from './unknown-sites.ts';

const VISIT_SCOPE = {
  ...SCOPE,
  bots: described(choice(BOTS), 'default: `exclude`; `include` with a filter by a dimension of bots'),
  filters: described(FILTERS, 'combined with AND; they select whole visits, by any of their hits'),
};
const UNDERSTOOD = { ...UNDERSTOOD_SCOPE, filters: FILTERS };

const NUMBER_OR_UNKNOWN = nullable(COUNT);
const SHARE = nullable(NUMBER);
const META = object(
  {},
  {
    unknown_sites: UNKNOWN_SITES,
    notes: described(
      list(object({ detail: TEXT }, { purged_before: TIME, pending_since: TIME })),
      'which numbers are unknown, and why; and notes about the others',
    ),
  },
);
/** Unknown numbers, notes about others, and the reasons. */
export type VisitNote = NonNullable<Static<typeof META>['notes']>[number];

export const FUNNEL_QUERY = object(SCOPE_PERIOD, {
  ...VISIT_SCOPE,
  funnel: described(TEXT, 'the name of a stored funnel of the one site, instead of `steps`'),
  steps: STEPS,
  within: WRITTEN_WINDOW,
  by: described(choice(VISIT_DIMENSIONS), 'a dimension of the visit in which a visitor enters the funnel'),
  limit: described(integer(1, MOST_FUNNEL_ROWS), `values of the dimension; default: ${USUAL_ROWS}`),
});

const FUNNEL_STEPS = list(
  object({
    visitors: NUMBER_OR_UNKNOWN,
    conversion_rate: described(SHARE, 'share of the visitors of the first step'),
    step_conversion_rate: described(SHARE, 'share of the visitors of the previous step'),
    drop_off: described(NUMBER_OR_UNKNOWN, 'visitors of the previous step who did not reach this one'),
    drop_off_rate: described(SHARE, 'their share of the visitors of the previous step'),
  }),
);

export const FUNNEL_ANSWER = object(
  {
    visitors: described(NUMBER_OR_UNKNOWN, 'all visitors that the filters select, in the funnel or not'),
    steps: FUNNEL_STEPS,
    meta: META,
    query: described(
      object(
        { ...UNDERSTOOD, steps: STEPS, within: WINDOW },
        { ...UNDERSTOOD_SITES, by: choice(VISIT_DIMENSIONS), limit: COUNT },
      ),
      'as interpreted, with the steps of a stored funnel; sending it again is the same query',
    ),
  },
  {
    rows: described(
      nullable(list(object({ value: TEXT, steps: FUNNEL_STEPS }))),
      'with `by`: each visitor is in one row, so the rows add up to the whole',
    ),
  },
);
/** Visitors of each step. All numbers are null if they are unknown. */
export type FunnelResult = Static<typeof FUNNEL_ANSWER>;

export const JOURNEYS_QUERY = object(
  {
    ...SCOPE_PERIOD,
    page: described(textUpTo(LIMITS.characters), 'a page, or a pattern, in which `*` matches any text'),
  },
  {
    ...VISIT_SCOPE,
    direction: described(choice(JOURNEY_DIRECTIONS), 'default: `both`'),
    steps: described(integer(1, MOST_JOURNEY_STEPS), `pages in a path; default: ${USUAL_STEPS}`),
    limit: described(
      integer(1, MOST_CONTINUATIONS),
      `continuations of each path, those with the most visits; default: ${USUAL_CONTINUATIONS}`,
    ),
  },
);

const PATHS = nullable(
  list(
    object({
      pages: described(
        list(nullable(TEXT)),
        'the page next to the requested one first; null is the end of the visit, or its start in `before`',
      ),
      visits: COUNT,
      visitors: COUNT,
    }),
  ),
);

export const JOURNEYS_ANSWER = object(
  {
    visits: described(NUMBER_OR_UNKNOWN, 'that contain the page'),
    visitors: NUMBER_OR_UNKNOWN,
    meta: META,
    query: described(
      object(
        { ...UNDERSTOOD, page: TEXT, direction: choice(JOURNEY_DIRECTIONS), steps: COUNT, limit: COUNT },
        UNDERSTOOD_SITES,
      ),
      'as interpreted; sending it again is the same query',
    ),
  },
  {
    before: described(PATHS, 'paths to the last view of the page; null is unknown'),
    after: described(PATHS, 'paths from its first view; null is unknown'),
  },
);
/** The pages before and after a page. */
export type JourneysResult = Static<typeof JOURNEYS_ANSWER>;

const IDENTITY = choice(VISITOR_IDENTITIES);
export const RETENTION_QUERY = object(SCOPE_PERIOD, {
  ...VISIT_SCOPE,
  filters: described(FILTERS, 'combined with AND; of the first visits'),
  interval: described(
    choice(COHORT_INTERVALS),
    'of cohorts; default: `week`, or `month` if all data has too many weeks',
  ),
  return_filters: described(FILTERS, 'combined with AND: which visits count as returns; default: all'),
  identity: described(IDENTITY, 'how the sites identify visitors; default: that of the server'),
});

export const RETENTION_ANSWER = object({
  cohorts: list(
    object({
      time: described(TIME, 'start of the interval in which the first visits begin'),
      visitors: NUMBER_OR_UNKNOWN,
      returned: described(
        list(NUMBER_OR_UNKNOWN),
        'how many of them have a visit in this interval, in the next one, and so on until the end of the period; null is unknown',
      ),
    }),
  ),
  meta: META,
  query: described(
    object(
      { ...UNDERSTOOD, interval: choice(COHORT_INTERVALS), return_filters: FILTERS, identity: IDENTITY },
      UNDERSTOOD_SITES,
    ),
    'as interpreted; sending it again is the same query',
  ),
});
/** Cohorts of visitors by their first visit, and how many of them came back. */
export type RetentionResult = Static<typeof RETENTION_ANSWER>;
