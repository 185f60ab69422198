import type { FastifyInstance } from 'fastify';
import { HitError } from '../../errors.ts';
import { SCOPES } from '../../folder/tokens.ts';
import { readChoice } from '../../store/words.ts';
import { requireToken } from '../auth.ts';
import type { ServerContext } from '../context.ts';

/** `/api/v1/tokens`: tokens for programs, for who has the admin token. */
export function tokenRoutes(
  app: FastifyInstance,
  context: Pick<ServerContext, 'adminToken' | 'now' | 'tokens'>,
): void {
  const { tokens } = context;
  const options = { onRequest: requireToken(context) };
  app.get('/api/v1/tokens', options, async () => ({ tokens: tokens.entries }));
  app.post<{ Body: unknown }>('/api/v1/tokens', options, async ({ body }, reply) => {
    const { name, scope } = Object(body) as Record<string, unknown>;
    if (typeof name !== 'string') throw new HitError('invalid', 'name is missing: what the token is for');
    const { token, entry } = tokens.create(name, readChoice('scope', scope, SCOPES));
    return reply
      .code(201)
      .header('cache-control', 'no-store')
      .send({ ...entry, token });
  });
  app.delete<{ Params: { id: string } }>('/api/v1/tokens/:id', options, async ({ params }, reply) => {
    if (!tokens.revoke(params.id)) throw new HitError('not_found', 'there is no such token');
    return reply.code(204).send();
  });
}
