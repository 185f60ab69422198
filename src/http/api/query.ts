import type { FastifyInstance } from 'fastify';
import { QUERY, QUERY_ANSWER, type QueryAnswer } from '../../query/query-schemas.ts';
import { requireReader } from '../auth.ts';
import type { ServerContext } from '../context.ts';
import { body, json, type Operation, problem } from '../openapi/operation.ts';
import { REFUSED } from '../openapi/refused.ts';
import { storeOf } from './stats.ts';

const OPERATION: Operation = {
  operationId: 'query',
  tags: ['Ask'],
  summary: 'Metrics of visits, hits and goals by any dimensions',
  description: 'Invalid input is rejected with a suggestion.',
  requestBody: body(QUERY, {
    ...{ site: 'example.com', period: '30d', timezone: 'Europe/Berlin' },
    ...{ metrics: ['visitors', 'bounce_rate'], dimensions: ['source'] },
    filters: [['is_not', 'country', ['DE']]],
    include: { comparison: 'previous_period', totals: true, total_rows: true },
  }),
  responses: {
    200: json('rows, and the query as interpreted', QUERY_ANSWER, {
      results: [
        {
          dimensions: ['Google'],
          metrics: [1234, 0.31],
          comparison: { metrics: [1100, 0.28], change: [12.2, 10.7] },
        },
      ],
      totals: { metrics: [2345, 0.4], comparison: { metrics: [2345, null], change: [0, null] } },
      meta: { total_rows: 87 },
      query: {
        ...{ site: ['example.com'], timezone: 'Europe/Berlin', bots: 'exclude' },
        period: { from: '2026-10-24T22:00:00Z', to: '2026-11-23T23:00:00Z' },
        ...{ metrics: ['visitors', 'bounce_rate'], dimensions: ['source'] },
        filters: [['is_not', 'country', ['DE']]],
        ...{ limit: 100, offset: 0 },
        include: {
          comparison: { from: '2026-09-24T22:00:00Z', to: '2026-10-24T22:00:00Z' },
          ...{ totals: true, total_rows: true },
        },
      },
    }),
    ...REFUSED,
    504: problem('too much time or memory: choose a shorter period'),
  },
};

/** `POST /api/v1/query`: metrics of visits, hits and goals by any dimensions. */
export function queryRoutes(app: FastifyInstance, context: ServerContext): void {
  const { admission, resources } = context;
  app.post<{ Body: unknown; Reply: QueryAnswer }>(
    '/api/v1/query',
    { onRequest: requireReader(context), config: { operation: OPERATION, bound: 'several' } },
    (request, reply) =>
      admission.run(request, reply, () =>
        storeOf(context).query(resources.resolve(request.body), resources.goals),
      ),
  );
}
