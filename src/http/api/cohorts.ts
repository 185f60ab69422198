import type { FastifyInstance } from 'fastify';
import { RETENTION_ANSWER, RETENTION_QUERY, type RetentionResult } from '../../query/visit-schemas.ts';
import { requireReader } from '../auth.ts';
import type { ServerContext } from '../context.ts';
import { body, json, type Operation, problem } from '../openapi/operation.ts';
import { REFUSED } from '../openapi/refused.ts';
import { storeOf } from './stats.ts';

const OPERATION: Operation = {
  operationId: 'retention',
  tags: ['Ask'],
  summary: 'How many new visitors of each interval return in later ones',
  description:
    'Without cookies, a visitor has a new ID each day (UTC), so returns in later intervals are null. Invalid input is rejected with a suggestion.',
  requestBody: body(RETENTION_QUERY, {
    ...{ site: 'example.com', period: { from: '2026-11-02', to: '2026-11-16' }, interval: 'week' },
    filters: [['is', 'source', ['Google']]],
  }),
  responses: {
    200: json('cohorts, and the query as interpreted', RETENTION_ANSWER, {
      cohorts: [
        { time: '2026-11-02T00:00:00Z', visitors: 120, returned: [120, 31] },
        { time: '2026-11-09T00:00:00Z', visitors: 140, returned: [140] },
      ],
      meta: {},
      query: {
        ...{ site: ['example.com'], timezone: 'UTC', bots: 'exclude' },
        filters: [['is', 'source', ['Google']]],
        period: { from: '2026-11-02T00:00:00Z', to: '2026-11-16T00:00:00Z' },
        ...{ interval: 'week', return_filters: [], identity: 'cookie' },
      },
    }),
    ...REFUSED,
    504: problem('too much time or memory: choose a shorter period'),
  },
};

/** `POST /api/v1/retention`: cohorts of visitors by their first visit. */
export function cohortRoutes(app: FastifyInstance, context: ServerContext): void {
  const { admission, resources, settings } = context;
  app.post<{ Body: unknown; Reply: RetentionResult }>(
    '/api/v1/retention',
    { onRequest: requireReader(context), config: { operation: OPERATION, bound: 'several' } },
    (request, reply) =>
      admission.run(request, reply, () =>
        storeOf(context).retention(resources.resolve(request.body), resources.goals, settings.identity),
      ),
  );
}
