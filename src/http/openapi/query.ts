import { DIMENSIONS } from '../../clickhouse/dimension.ts';
import { INTERVALS } from '../../query/selection.ts';
import {
  COUNT,
  choice,
  json,
  list,
  NUMBER,
  object,
  other,
  type Paths,
  problem,
  query,
  type Schema,
  TEXT,
  TIME,
} from './operation.ts';
import { REFUSED, SELECTION, SITE } from './selection.ts';

const tags = ['Ask'];
const NULLABLE_TEXT: Schema = { type: ['string', 'null'] };
const NULLABLE_NUMBER: Schema = { type: ['number', 'null'] };

const WINDOWS = query(
  'window',
  'windows that end now: numbers with s, m, h or d, up to 400d',
  TEXT,
  '17s,5m,24h',
);

const FIGURES: Readonly<Record<string, Schema>> = {
  hits: NULLABLE_NUMBER,
  visitors: NULLABLE_NUMBER,
  visits: NULLABLE_NUMBER,
  bounce_rate: NULLABLE_NUMBER,
  visit_duration: NULLABLE_NUMBER,
};
const OF_VISITS = ['visits', 'bounce_rate', 'visit_duration'];
const SERIES = list(object({ time: TIME, ...FIGURES }, OF_VISITS));
const PRECISION: Readonly<Record<string, Schema>> = {
  error: { ...NUMBER, description: 'relative standard error of visitors; missing where they are exact' },
  purged_before: {
    ...TIME,
    description:
      'earlier hits are purged: what needs them is null in totals and in intervals that begin before it; rows of a ranking are of hits since then',
  },
};
const PERIOD: Readonly<Record<string, Schema>> = {
  from: TIME,
  to: {
    ...TIME,
    description:
      'the period is longer than the one asked for where hits at its ends are purged: rollups have whole units only',
  },
};
const COUNTED = { ...PERIOD, totals: object(FIGURES, OF_VISITS), series: SERIES };

const LIVE = object(
  {
    site: NULLABLE_TEXT,
    at: TIME,
    total: object({ hits: COUNT, visitors: COUNT }),
    windows: list(
      object({
        window: TEXT,
        seconds: COUNT,
        hits: COUNT,
        visitors: COUNT,
        hits_per_second: NUMBER,
        error: NUMBER,
      }),
    ),
    stale_since: TIME,
    partial: { type: 'boolean' },
    nodes: list({ type: 'object' }),
    warnings: list(TEXT),
  },
  ['total', 'stale_since', 'partial', 'nodes', 'warnings'],
);

export const READING: Paths = {
  '/api/v1/live': {
    get: {
      operationId: 'live',
      tags,
      summary: 'Counts of windows that end now, and of all time',
      parameters: [
        SITE,
        WINDOWS,
        query('peers', '`false` leaves out the nodes of --peers', choice('true', 'false')),
        query('source', '`stream` is what a streaming job counted', choice('live', 'stream')),
      ],
      responses: {
        200: json('counted', LIVE, {
          ...{ site: 'example.com', at: '2026-11-24T01:42:10.842Z', total: { hits: 8, visitors: 4 } },
          windows: [
            { window: '5m', seconds: 300, hits: 8, visitors: 4, hits_per_second: 0.027, error: 0.0101 },
          ],
        }),
        ...REFUSED,
      },
    },
  },
  '/api/v1/live/events': {
    get: {
      operationId: 'liveEvents',
      tags,
      summary: 'The same each second, as server-sent events',
      description: 'Events `live`, whose data is the answer of `/api/v1/live`; a hundred readers at most.',
      parameters: [SITE, WINDOWS],
      responses: {
        200: other('a stream without end', 'text/event-stream'),
        ...REFUSED,
        503: problem('too many read already'),
      },
    },
  },
  '/api/v1/stats': {
    get: {
      operationId: 'stats',
      tags,
      summary: 'Totals and a series of a period',
      parameters: [
        ...SELECTION,
        query('interval', 'default: by the period', choice(...INTERVALS), 'day'),
        query('metrics', 'besides hits and visitors', TEXT, 'visits,bounce_rate,visit_duration'),
        query('compare', 'with the period before, or a year before', choice('previous', 'year'), 'previous'),
      ],
      responses: {
        200: json(
          'counted',
          object(
            {
              site: NULLABLE_TEXT,
              ...COUNTED,
              interval: choice(...INTERVALS),
              ...PRECISION,
              comparison: object(
                {
                  ...COUNTED,
                  ...PRECISION,
                  change: { type: 'object', additionalProperties: NULLABLE_NUMBER },
                },
                Object.keys(PRECISION),
              ),
            },
            [...Object.keys(PRECISION), 'comparison'],
          ),
          {
            ...{
              site: 'example.com',
              from: '2026-11-01T00:00:00Z',
              to: '2026-11-02T00:00:00Z',
              interval: 'day',
            },
            totals: { hits: 8, visitors: 4 },
            series: [{ time: '2026-11-01T00:00:00Z', hits: 8, visitors: 4 }],
          },
        ),
        ...REFUSED,
        504: problem('too much time or memory: ask for a shorter period'),
      },
    },
  },
  '/api/v1/top': {
    get: {
      operationId: 'top',
      tags,
      summary: 'Values with most hits',
      parameters: [
        query('by', `${DIMENSIONS.join(', ')}; entry or exit; or prop:NAME`, TEXT, 'path'),
        query('limit', '1 to 1,000; default: 10', TEXT, '5'),
        ...SELECTION,
      ],
      responses: {
        200: json(
          'ranked',
          object(
            {
              by: TEXT,
              ...PERIOD,
              ...PRECISION,
              rows: list(object({ value: TEXT, hits: COUNT, visitors: COUNT })),
            },
            Object.keys(PRECISION),
          ),
          {
            by: 'path',
            from: '2026-11-01T00:00:00Z',
            to: '2026-11-08T00:00:00Z',
            rows: [{ value: '/', hits: 5, visitors: 2 }],
          },
        ),
        ...REFUSED,
      },
    },
  },
  '/api/v1/props': {
    get: {
      operationId: 'props',
      tags,
      summary: 'Properties that events have',
      parameters: SELECTION,
      responses: {
        200: json('those of most hits first', object({ props: list(object({ key: TEXT, hits: COUNT })) }), {
          props: [{ key: 'plan', hits: 17 }],
        }),
        ...REFUSED,
      },
    },
  },
  '/api/v1/sites': {
    get: {
      operationId: 'sites',
      tags,
      summary: 'All sites that have hits',
      responses: {
        200: json(
          'those with most hits first',
          object({
            sites: list(
              object({
                site: TEXT,
                hits: COUNT,
                visitors: COUNT,
                first: TIME,
                last: TIME,
                public: { type: 'boolean' },
              }),
            ),
          }),
          {
            sites: [
              {
                ...{ site: 'example.com', hits: 8, visitors: 4, public: false },
                ...{ first: '2026-11-01T08:00:00Z', last: '2026-11-24T01:42:10Z' },
              },
            ],
          },
        ),
        ...REFUSED,
      },
    },
  },
  '/api/v1/drops': {
    get: {
      operationId: 'drops',
      tags,
      summary: 'Hits that were not counted since the start, by reason',
      responses: {
        200: json(
          'all reasons',
          object({ since: TIME, drops: list(object({ reason: TEXT, hits: COUNT })) }),
          {
            ...{ since: '2026-11-24T00:00:00.000Z', drops: [{ reason: 'bot', hits: 2 }] },
          },
        ),
        ...REFUSED,
      },
    },
  },
};
