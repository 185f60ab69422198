import type { FastifyInstance } from 'fastify';
import { DROP_REASONS } from '../../hit/drop-reason.ts';
import { COUNT, choice, list, object, type Static, TIME } from '../../schema/schema.ts';
import { requireReader } from '../auth.ts';
import type { ServerContext } from '../context.ts';
import { json, type Operation, problem } from '../openapi/operation.ts';
import { REFUSED } from '../openapi/refused.ts';

const DROPS = object({
  since: TIME,
  drops: list(object({ reason: choice(DROP_REASONS), hits: COUNT })),
});

/** The answer of `GET /api/v1/drops`. */
export type DropsAnswer = Static<typeof DROPS>;

const OPERATION: Operation = {
  operationId: 'drops',
  tags: ['Ask'],
  summary: 'Hits that were not counted since the start, by reason',
  responses: {
    200: json('all reasons', DROPS, {
      ...{ since: '2026-11-24T00:00:00.000Z', drops: [{ reason: 'bot', hits: 2 }] },
    }),
    ...REFUSED,
    403: problem('a token that is bound to sites'),
  },
};

/** `GET /api/v1/drops`. */
export function dropRoutes(app: FastifyInstance, context: ServerContext): void {
  const options = { onRequest: requireReader(context), config: { operation: OPERATION } };
  app.get<{ Reply: DropsAnswer }>('/api/v1/drops', options, async () => ({
    since: new Date(context.drops.since).toISOString(),
    drops: context.drops.entries(),
  }));
}
