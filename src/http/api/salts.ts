import type { FastifyInstance } from 'fastify';
import type { DailySalts } from '../../hit/salts.ts';
import { described, object, record, type Static, TEXT } from '../../schema/schema.ts';
import { requirePeer } from '../auth.ts';
import type { ServerContext } from '../context.ts';
import { json, type Operation, problem } from '../openapi/operation.ts';
import { NO_TOKEN } from '../openapi/refused.ts';

/** Dependencies of the route. */
export type SaltsContext = Pick<
  ServerContext,
  'adminToken' | 'peerToken' | 'tokens' | 'sessions' | 'node'
> & {
  readonly salts: Pick<DailySalts, 'kept'>;
};

export const SALTS = object({
  node: described(TEXT, 'identifies this node'),
  /** Base64 of 16 bytes, by UTC day. */
  salts: record({ ...TEXT, contentEncoding: 'base64' }),
});

/** The answer of `GET /api/v1/salts`. */
export type SaltsAnswer = Static<typeof SALTS>;

const OPERATION: Operation = {
  operationId: 'salts',
  tags: ['Administer'],
  summary: 'Visitor salts, for nodes with --salts-from',
  responses: {
    200: json(
      'base64 of 16 bytes, by UTC day: today’s, yesterday’s, and in the last hour of a day also tomorrow’s. Secret',
      SALTS,
    ),
    ...NO_TOKEN,
    401: problem('neither the admin token nor one of the scope `peer`'),
  },
};

/**
 * `GET /api/v1/salts`: the salts of today, of yesterday and, in the last hour of a day, of tomorrow, for nodes that take
 * them from this one (`--salts-from`). Salts identify visitors, so the admin token, or one of the scope `peer`, is required
 * even if reading is public.
 */
export function saltRoutes(app: FastifyInstance, context: SaltsContext): void {
  const options = { onRequest: requirePeer(context), config: { operation: OPERATION } };
  app.get('/api/v1/salts', options, async (_request, reply) => {
    const encoded = Object.entries(context.salts.kept).map(
      ([day, salt]) => [day, Buffer.from(salt).toString('base64')] as const,
    );
    const answer: SaltsAnswer = { node: context.node, salts: Object.fromEntries(encoded) };
    return reply.header('cache-control', 'no-store').send(answer);
  });
}
