/** Answers about periods. Times are ISO 8601 UTC. */
import {
  COUNT,
  choice,
  described,
  list,
  NUMBER,
  nullable,
  object,
  type Schema,
  type Static,
  TEXT,
  TIME,
} from '../schema/schema.ts';
import type { Ranking } from './ranking.ts';
import { INTERVALS } from './selection.ts';

const UNKNOWN_COUNT = nullable(COUNT);

/** Metrics of a period or an interval. Null if unknown, since the required hits are purged. */
const OF_HITS = {
  hits: UNKNOWN_COUNT,
  visitors: described(UNKNOWN_COUNT, 'different ones, exact or estimated'),
};
/** The same of visits, on request. */
const OF_VISITS = {
  visits: UNKNOWN_COUNT,
  bounce_rate: described(
    nullable({ ...NUMBER, minimum: 0, maximum: 1 }),
    'share of visits with one page view and no interactive event; null without visits',
  ),
  visit_duration: described(
    nullable({ ...NUMBER, minimum: 0 }),
    'mean seconds from the first hit of a visit to its last; null without visits',
  ),
};

const PERIOD = {
  from: TIME,
  to: described(
    TIME,
    'longer than the requested period if hits at its ends are purged: rollups have only whole units',
  ),
};

const PRECISION = {
  error: described(NUMBER, 'relative standard error of visitors; missing if they are exact'),
  purged_before: described(
    TIME,
    'earlier hits are purged: figures that need them are null in totals and in intervals that begin before it; rows of a ranking count hits since then',
  ),
  pending_since: described(
    TIME,
    'visits since then lack hits that are still being added: figures that need them are null, and rankings cover the time before',
  ),
};

const COUNTED = {
  ...PERIOD,
  totals: object(OF_HITS, OF_VISITS),
  /** The time of a point is the start of its interval. */
  series: list(object({ time: TIME, ...OF_HITS }, OF_VISITS)),
};

const CHANGE = object(
  {},
  {
    hits: nullable(NUMBER),
    visitors: nullable(NUMBER),
    visits: nullable(NUMBER),
    bounce_rate: nullable(NUMBER),
    visit_duration: nullable(NUMBER),
  },
);

/** Metrics, or changes of them. */
export type Figures = Static<typeof CHANGE>;

const COMPARISON = object(
  {
    ...COUNTED,
    change: described(CHANGE, 'relative: 0.12 is 12 % more; null if the earlier value is 0 or unknown'),
  },
  PRECISION,
);

export const STATS = object(
  {
    site: described(nullable(TEXT), 'null for all sites'),
    ...COUNTED,
    interval: choice(INTERVALS),
  },
  {
    ...PRECISION,
    /** The same for another period, if requested. */
    comparison: COMPARISON,
  },
);

/**
 * Totals and a series of a period. Times are ISO 8601 UTC; the time of a point is the start of its interval.
 *
 * A metric is null if it is unknown, since required hits are purged, those before `purged_before`, or not yet in the visits,
 * those since `pending_since`. The bounce rate and the duration (seconds) are also null without visits. `error` is the relative
 * standard error of visitors, missing if they are exact. `to` may be later than requested, where hits at the end are purged:
 * rollups have whole units only.
 */
export type Stats = Static<typeof STATS>;

/**
 * A second period, compared with the requested one. Points of the two series are compared by position;
 * one series may be a point longer, if months, or days with a clock change, differ in length.
 */
export type Comparison = Static<typeof COMPARISON>;

export const TOP = object(
  {
    by: TEXT as Schema<Ranking>,
    ...PERIOD,
    rows: list(object({ value: TEXT, hits: COUNT, visitors: COUNT })),
  },
  PRECISION,
);

/**
 * The values with most hits of a dimension, or of another ranking. `error` and the times are as in `Stats`; if hits
 * before `purged_before` are purged, or visits since `pending_since` lack hits, but would be needed, the rows cover the
 * time between.
 */
export type Top = Static<typeof TOP>;

const PROP = object({ key: TEXT, hits: COUNT });
export const PROPS = object({ props: list(PROP) });

/** The count of events with a property. */
export type Prop = Static<typeof PROP>;

export const SITE_SUMMARY = object(
  { site: TEXT, hits: COUNT, visitors: COUNT, first: TIME, last: TIME },
  {
    purged_before: described(TIME, 'earlier hits and their rollups are purged: the counts lack these'),
  },
);

/**
 * The counts of a site, of all time, but without the hits before `purged_before`, which are purged together with their
 * rollups. `first` and `last` are the ISO 8601 times of hits.
 */
export type SiteSummary = Static<typeof SITE_SUMMARY>;
