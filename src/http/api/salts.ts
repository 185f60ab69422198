import type { FastifyInstance } from 'fastify';
import type { DailySalts } from '../../hit/salts.ts';
import { requireToken } from '../auth.ts';
import type { ServerContext } from '../context.ts';

/** Dependencies of the route. */
export type SaltsContext = Pick<ServerContext, 'adminToken' | 'tokens' | 'sessions' | 'node'> & {
  readonly salts: Pick<DailySalts, 'kept'>;
};

/** The answer of `GET /api/v1/salts`. */
export interface SaltsAnswer {
  /** Identifies this node. */
  readonly node: string;
  /** Base64 of 16 bytes, by UTC day. */
  readonly salts: Readonly<Record<string, string>>;
}

/**
 * `GET /api/v1/salts`: the salts of today, of yesterday and, in the last hour of a day, of tomorrow, for nodes that take
 * them from this one (`--salts-from`). Salts identify visitors, so the admin token is required even if reading
 * is public.
 */
export function saltRoutes(app: FastifyInstance, context: SaltsContext): void {
  app.get('/api/v1/salts', { onRequest: requireToken(context) }, async (_request, reply) => {
    const encoded = Object.entries(context.salts.kept).map(
      ([day, salt]) => [day, Buffer.from(salt).toString('base64')] as const,
    );
    const answer: SaltsAnswer = { node: context.node, salts: Object.fromEntries(encoded) };
    return reply.header('cache-control', 'no-store').send(answer);
  });
}
