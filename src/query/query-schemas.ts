/** The JSON of `POST /api/v1/query` and of its answer, for the document of the API. `language/` reads the query. */
import {
  BOOLEAN,
  COUNT,
  choice,
  described,
  either,
  integer,
  list,
  NUMBER,
  nullable,
  object,
  record,
  type Schema,
  type Static,
  TEXT,
  TIME,
  textUpTo,
} from '../schema/schema.ts';
import { BOTS, type Change, type Dimension, type Metric, type Value } from './engine/query.ts';
import { LIMITS, USUAL_ROWS } from './language/limits.ts';
import { COMPARISONS, DIRECTIONS } from './language/query-reader.ts';
import {
  FILTERS,
  PERIOD,
  SCOPE,
  SCOPE_PERIOD,
  SPAN,
  UNDERSTOOD_SCOPE,
  UNDERSTOOD_SITES,
} from './scope-schemas.ts';
import { UNKNOWN_SITES } from './unknown-sites.ts';

const METRIC: Schema<Metric> = described(
  TEXT as Schema<Metric>,
  'such as `visitors`, `bounce_rate`, or of a property: `sum:prop:NAME`, `avg`, `p50`, `p95`',
);
const DIMENSION: Schema<Dimension> = described(
  TEXT as Schema<Dimension>,
  'such as `source`, `page`, `prop:NAME`, or `time:day`',
);
const ORDER = {
  type: 'array',
  prefixItems: [TEXT, choice(DIRECTIONS)],
  description: 'a metric or dimension of the query, and a direction',
} as Schema<readonly [Metric | Dimension, (typeof DIRECTIONS)[number]]>;

/** Members that are the same in a query and in its interpretation. */
const SHAPE = {
  metrics: list(METRIC, LIMITS.metrics),
  dimensions: list(DIMENSION, LIMITS.dimensions),
  filters: described(FILTERS, 'combined with AND'),
};

export const QUERY = object(
  { ...SCOPE_PERIOD, metrics: SHAPE.metrics },
  {
    ...SCOPE,
    bots: described(
      choice(BOTS),
      'default: `exclude`; `only` by a dimension of bots, `include` with a filter',
    ),
    dimensions: SHAPE.dimensions,
    filters: SHAPE.filters,
    goal: described(textUpTo(LIMITS.characters), 'that conversions and revenue refer to; default: any'),
    order_by: described(list(ORDER), 'default: by time, or else by the first metric, descending'),
    limit: described(integer(1, LIMITS.rows), `default: ${USUAL_ROWS}`),
    offset: COUNT,
    include: object(
      {},
      { comparison: either(choice(COMPARISONS), SPAN), totals: BOOLEAN, total_rows: BOOLEAN },
    ),
  },
);

const VALUE = described(
  either(nullable(NUMBER), record(TEXT)) as Schema<Value>,
  'rates are fractions, durations seconds, bandwidth bytes, money decimals by currency; null is unknown',
);
const CHANGE = described(
  either(nullable(NUMBER), record(nullable(NUMBER))) as Schema<Change>,
  'in per cent of the earlier value; null if that is 0 or unknown',
);
const MEASURED = {
  metrics: list(VALUE),
};
const COMPARED = { comparison: object({ metrics: list(VALUE), change: list(CHANGE) }) };

const NOTE = object(
  { metrics: list(METRIC), period: choice(['period', 'comparison']), detail: TEXT },
  {
    purged_before: described(TIME, 'earlier data is purged'),
    pending_since: described(TIME, 'visits since then lack hits that are still being added'),
  },
);
/** Metrics that are null where their data is missing, and the time from which it is stored, if there is one. */
export type Note = Static<typeof NOTE>;

export const QUERY_ANSWER = object(
  {
    results: list(object({ dimensions: list(TEXT), ...MEASURED }, COMPARED)),
    meta: object(
      {},
      {
        total_rows: described(COUNT, 'number of rows, regardless of `limit` and `offset`, if requested'),
        estimated: described(list(METRIC), 'metrics that are estimates; missing if all are exact'),
        standard_error: described(NUMBER, 'relative standard error of estimated visitors'),
        unknown_sites: UNKNOWN_SITES,
        notes: described(list(NOTE), 'which values are null, and why'),
      },
    ),
    query: described(
      object(
        {
          ...{ ...UNDERSTOOD_SCOPE, ...SHAPE, limit: COUNT, offset: COUNT },
          include: object({ totals: BOOLEAN, total_rows: BOOLEAN }, { comparison: PERIOD }),
        },
        { ...UNDERSTOOD_SITES, goal: TEXT, order_by: list(ORDER) },
      ),
      'as interpreted; sending it again is the same query',
    ),
  },
  { totals: object(MEASURED, COMPARED) },
);
/** The answer to a query: rows, totals if requested, notes, and the query as interpreted. */
export type QueryAnswer = Static<typeof QUERY_ANSWER>;
