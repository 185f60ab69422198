import type { FastifyInstance } from 'fastify';
import { HitError } from '../../errors.ts';
import { SCOPES, type Tokens } from '../../folder/tokens.ts';
import { readChoice } from '../../query/params.ts';
import { type Keys, requireToken } from '../auth.ts';

/** `/api/v1/tokens`: tokens for others; an administrator creates, lists and revokes them. */
export function tokenRoutes(app: FastifyInstance, context: Keys & { readonly tokens: Tokens }): void {
  const { tokens } = context;
  const options = { onRequest: requireToken(context) };
  app.get('/api/v1/tokens', options, () => ({ tokens: tokens.list() }));

  app.post<{ Body: unknown }>('/api/v1/tokens', options, (request, reply) => {
    const { name, scope } = fieldsOf(request.body);
    if (typeof name !== 'string') throw new HitError('invalid', 'name is missing, or no text');
    const made = tokens.create(name, readChoice('scope', scope, SCOPES));
    reply.code(201).header('cache-control', 'no-store').send(made);
  });

  app.delete<{ Params: { id: string } }>('/api/v1/tokens/:id', options, (request, reply) => {
    if (!tokens.revoke(request.params.id)) throw new HitError('not_found', 'there is no such token');
    reply.code(204).send();
  });
}

function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return { ...body };
  throw new HitError('invalid', 'the body is not like {"name":"reports","scope":"read"}');
}
