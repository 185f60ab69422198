/** The JSON of `POST /api/v1/funnel`, `/journeys` and `/retention`, and of their answers. `language/` reads what is asked. */
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

const VISIT_SCOPE = {
  ...SCOPE,
  bots: described(choice(BOTS), 'default: `exclude`; `include` with a filter by a dimension of bots'),
  filters: described(FILTERS, 'combined with AND; they choose whole visits, by any of their hits'),
};
const UNDERSTOOD = { ...UNDERSTOOD_SCOPE, filters: FILTERS };

const NUMBER_OR_UNKNOWN = nullable(COUNT);
const SHARE = nullable(NUMBER);
const META = object(
  {},
  {
    notes: described(
      list(object({ detail: TEXT }, { purged_before: TIME, pending_since: TIME })),
      'what is null since it cannot be known, and what is to be known about the rest',
    ),
  },
);
/** What is null, or to be known about numbers, and why. */
export type VisitNote = NonNullable<Static<typeof META>['notes']>[number];

export const FUNNEL_QUERY = object(SCOPE_PERIOD, {
  ...VISIT_SCOPE,
  funnel: described(TEXT, 'the name of a stored funnel of the one site, instead of `steps`'),
  steps: STEPS,
  within: WRITTEN_WINDOW,
  by: described(choice(VISIT_DIMENSIONS), 'a dimension of the visit that a visitor enters the funnel with'),
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
    visitors: described(NUMBER_OR_UNKNOWN, 'all whom the filters choose, in the funnel or not'),
    steps: FUNNEL_STEPS,
    meta: META,
    query: described(
      object(
        { ...UNDERSTOOD, steps: STEPS, within: WINDOW },
        { ...UNDERSTOOD_SITES, by: choice(VISIT_DIMENSIONS), limit: COUNT },
      ),
      'as it was understood, with the steps of a stored funnel; sent again, it is the same',
    ),
  },
  {
    rows: described(
      nullable(list(object({ value: TEXT, steps: FUNNEL_STEPS }))),
      'with `by`: each visitor is in one row, so all rows together are the whole',
    ),
  },
);
/** How many visitors take each step. All numbers are null if they cannot be known. */
export type FunnelResult = Static<typeof FUNNEL_ANSWER>;

export const JOURNEYS_QUERY = object(
  {
    ...SCOPE_PERIOD,
    page: described(textUpTo(LIMITS.characters), 'a page, or a pattern, in which `*` is any text'),
  },
  {
    ...VISIT_SCOPE,
    direction: described(choice(JOURNEY_DIRECTIONS), 'default: `both`'),
    steps: described(integer(1, MOST_JOURNEY_STEPS), `pages of a path; default: ${USUAL_STEPS}`),
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
        'the page next to the asked one first; null is the end of the visit, or its start before the page',
      ),
      visits: COUNT,
      visitors: COUNT,
    }),
  ),
);

export const JOURNEYS_ANSWER = object(
  {
    visits: described(NUMBER_OR_UNKNOWN, 'that have the page'),
    visitors: NUMBER_OR_UNKNOWN,
    meta: META,
    query: described(
      object(
        { ...UNDERSTOOD, page: TEXT, direction: choice(JOURNEY_DIRECTIONS), steps: COUNT, limit: COUNT },
        UNDERSTOOD_SITES,
      ),
      'as it was understood; sent again, it is the same',
    ),
  },
  {
    before: described(PATHS, 'paths that lead to the last view of the page; null is unknown'),
    after: described(PATHS, 'paths that go on from its first view; null is unknown'),
  },
);
/** The pages before and after a page. */
export type JourneysResult = Static<typeof JOURNEYS_ANSWER>;

const IDENTITY = choice(VISITOR_IDENTITIES);
export const RETENTION_QUERY = object(SCOPE_PERIOD, {
  ...VISIT_SCOPE,
  filters: described(FILTERS, 'combined with AND; of the first visits'),
  interval: described(choice(COHORT_INTERVALS), 'of cohorts; default: `week`'),
  return_filters: described(FILTERS, 'combined with AND: which visits count as returns; default: all'),
  identity: described(IDENTITY, 'how the sites know their visitors; default: as the server does'),
});

export const RETENTION_ANSWER = object({
  cohorts: list(
    object({
      time: described(TIME, 'start of the interval in which the first visits begin'),
      visitors: NUMBER_OR_UNKNOWN,
      returned: described(
        list(NUMBER_OR_UNKNOWN),
        'how many of them have a visit in this interval, in the next one, and so on to the end of the period; null is unknown',
      ),
    }),
  ),
  meta: META,
  query: described(
    object(
      { ...UNDERSTOOD, interval: choice(COHORT_INTERVALS), return_filters: FILTERS, identity: IDENTITY },
      UNDERSTOOD_SITES,
    ),
    'as it was understood; sent again, it is the same',
  ),
});
/** Cohorts of visitors by their first visit, and how many of them came back. */
export type RetentionResult = Static<typeof RETENTION_ANSWER>;
