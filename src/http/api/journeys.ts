import type { FastifyInstance } from 'fastify';
import { JOURNEYS_ANSWER, JOURNEYS_QUERY, type JourneysResult } from '../../query/visit-schemas.ts';
import { requireReader } from '../auth.ts';
import type { ServerContext } from '../context.ts';
import { body, json, type Operation, problem } from '../openapi/operation.ts';
import { REFUSED } from '../openapi/refused.ts';
import { storeOf } from './stats.ts';

const OPERATION: Operation = {
  operationId: 'journeys',
  tags: ['Ask'],
  summary: 'The pages viewed before and after a page',
  description:
    'A visit is counted once: after the page from its first view, before the page from its last. Invalid input is rejected with a suggestion.',
  requestBody: body(JOURNEYS_QUERY, {
    ...{ site: 'example.com', period: '30d', page: '/pricing', direction: 'after', steps: 2, limit: 10 },
  }),
  responses: {
    200: json('paths with their visits, and the query as interpreted', JOURNEYS_ANSWER, {
      ...{ visits: 210, visitors: 180 },
      after: [
        { pages: ['/signup'], visits: 120, visitors: 97 },
        { pages: [null], visits: 90, visitors: 88 },
        { pages: ['/signup', null], visits: 120, visitors: 97 },
      ],
      meta: {},
      query: {
        ...{ site: ['example.com'], timezone: 'UTC', bots: 'exclude', filters: [] },
        period: { from: '2026-10-25T00:00:00Z', to: '2026-11-24T00:00:00Z' },
        ...{ page: '/pricing', direction: 'after', steps: 2, limit: 10 },
      },
    }),
    ...REFUSED,
    504: problem('too much time or memory: choose a shorter period'),
  },
};

/** `POST /api/v1/journeys`: the pages before and after a page. */
export function journeyRoutes(app: FastifyInstance, context: ServerContext): void {
  const { admission, resources } = context;
  app.post<{ Body: unknown; Reply: JourneysResult }>(
    '/api/v1/journeys',
    { onRequest: requireReader(context), config: { operation: OPERATION, bound: 'several' } },
    (request, reply) =>
      admission.run(request, reply, () =>
        storeOf(context).journeys(resources.resolve(request.body), resources.goals),
      ),
  );
}
