import type { FastifyInstance } from 'fastify';
import { FUNNEL_ANSWER, FUNNEL_QUERY, type FunnelResult } from '../../query/visit-schemas.ts';
import { requireReader } from '../auth.ts';
import type { ServerContext } from '../context.ts';
import { body, json, type Operation, problem } from '../openapi/operation.ts';
import { REFUSED } from '../openapi/refused.ts';
import { storeOf } from './stats.ts';

const OPERATION: Operation = {
  operationId: 'funnel',
  tags: ['Ask'],
  summary: 'How many visitors take a sequence of steps',
  description:
    'The steps are those of a stored funnel, or goals and actions. Other hits may come between two steps. Invalid input is rejected with a suggestion.',
  requestBody: body(FUNNEL_QUERY, {
    ...{ site: 'example.com', period: '30d', timezone: 'Europe/Berlin' },
    steps: [
      { kind: 'page', page: '/cart' },
      {
        any: [
          { kind: 'event', event: 'purchase' },
          { kind: 'page', page: '/thanks' },
        ],
      },
    ],
    ...{ within: '7d', by: 'source', limit: 10 },
  }),
  responses: {
    200: json('visitors of each step, and the query as interpreted', FUNNEL_ANSWER, {
      visitors: 4100,
      steps: [
        { visitors: 800, conversion_rate: 1, step_conversion_rate: 1, drop_off: 0, drop_off_rate: 0 },
        {
          ...{ visitors: 200, conversion_rate: 0.25, step_conversion_rate: 0.25 },
          ...{ drop_off: 600, drop_off_rate: 0.75 },
        },
      ],
      rows: [
        {
          value: 'Google',
          steps: [
            { visitors: 800, conversion_rate: 1, step_conversion_rate: 1, drop_off: 0, drop_off_rate: 0 },
            {
              ...{ visitors: 200, conversion_rate: 0.25, step_conversion_rate: 0.25 },
              ...{ drop_off: 600, drop_off_rate: 0.75 },
            },
          ],
        },
      ],
      meta: {},
      query: {
        ...{ site: ['example.com'], timezone: 'Europe/Berlin', bots: 'exclude', filters: [] },
        period: { from: '2026-10-24T22:00:00Z', to: '2026-11-23T23:00:00Z' },
        steps: [
          { kind: 'page', page: '/cart' },
          {
            any: [
              { kind: 'event', event: 'purchase' },
              { kind: 'page', page: '/thanks' },
            ],
          },
        ],
        ...{ within: { days: 7 }, by: 'source', limit: 10 },
      },
    }),
    ...REFUSED,
    504: problem('too much time or memory: choose a shorter period'),
  },
};

/** `POST /api/v1/funnel`: how many visitors take a sequence of steps. */
export function funnelRoutes(app: FastifyInstance, context: ServerContext): void {
  const { admission, resources } = context;
  app.post<{ Body: unknown; Reply: FunnelResult }>(
    '/api/v1/funnel',
    { onRequest: requireReader(context), config: { operation: OPERATION, bound: 'several' } },
    (request, reply) =>
      admission.run(request, reply, () =>
        storeOf(context).funnel(resources.resolve(request.body), resources.goals, resources.funnels),
      ),
  );
}
