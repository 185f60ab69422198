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
} from './operation.ts';
import { REFUSED, SELECTION, SITE } from './selection.ts';

const tags = ['Ask'];
/** Null if there are no hits. */
const MOMENT: Schema = { type: ['string', 'null'], format: 'date-time' };

/** Raw data to download: hits, sketches, sizes. */
export const TAKING: Paths = {
  '/api/v1/export': {
    get: {
      operationId: 'exportHits',
      tags,
      summary: 'Hits one by one, as a stream',
      description: 'With the admin token. One that breaks off was cut short.',
      parameters: [
        query('format', 'default: csv', choice('csv', 'ndjson', 'parquet'), 'ndjson'),
        ...SELECTION,
      ],
      responses: {
        200: {
          description: 'in order of time',
          content: {
            'text/csv': { schema: TEXT },
            'application/x-ndjson': { schema: TEXT },
            'application/vnd.apache.parquet': { schema: TEXT },
          },
        },
        ...REFUSED,
      },
    },
  },
  '/api/v1/sketch': {
    get: {
      operationId: 'sketch',
      tags,
      summary: 'What live counts are made of, to be merged with those of other nodes',
      parameters: [SITE],
      responses: { 200: other('for `hit-tracker merge`', 'application/vnd.hit-tracker.sketch'), ...REFUSED },
    },
  },
  '/api/v1/storage': {
    get: {
      operationId: 'storage',
      tags,
      summary: 'What hits take on disk',
      description: 'With the admin token.',
      responses: {
        200: json(
          'measured',
          object({
            hits: object({ rows: COUNT, bytes: COUNT, bytes_per_hit: NUMBER, first: MOMENT, last: MOMENT }),
            bytes: { ...COUNT, description: 'of all tables' },
            tables: list(object({ table: TEXT, rows: COUNT, bytes: COUNT })),
            columns: list(object({ column: TEXT, bytes: COUNT, bytes_per_hit: NUMBER })),
            spool: object({ bytes: { ...COUNT, description: 'hits that are not in the store yet' } }),
          }),
        ),
        401: problem('no admin token'),
      },
    },
  },
};
