import type { FastifyInstance } from 'fastify';
import { HitError } from '../../errors.ts';
import { RateLimit } from '../../hit/rate-limit.ts';
import { endedSessionCookie, isAdmin, isAdminToken, requireSameOrigin, sessionCookie } from '../auth.ts';
import type { ServerContext } from '../context.ts';

/** Tokens that one address may try. */
const TRIES = '2/s';

/** `GET`, `POST` and `DELETE /api/v1/session`: what this browser may do, signing in with the token, and out. */
export function sessionRoutes(
  app: FastifyInstance,
  context: Pick<ServerContext, 'adminToken' | 'public' | 'now'>,
): void {
  const tries = RateLimit.parse(TRIES);
  app.get('/api/v1/session', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    const admin = isAdmin(request, context);
    return { reader: admin || context.public, admin, public: context.public };
  });
  app.post<{ Body: unknown }>('/api/v1/session', { onRequest: requireSameOrigin }, async (request, reply) => {
    const wait = tries.take(request.socket.remoteAddress ?? '', context.now());
    if (wait > 0) throw new HitError('rate_limited', 'too many tokens were tried', { retryAfter: wait });
    const { body } = request;
    const token = typeof body === 'object' && body !== null && 'token' in body ? body.token : undefined;
    if (!isAdminToken(token, context)) throw new HitError('unauthorized', 'this is not the token');
    return reply.code(204).header('set-cookie', sessionCookie(request, context)).send();
  });
  app.delete('/api/v1/session', { onRequest: requireSameOrigin }, (request, reply) =>
    reply.code(204).header('set-cookie', endedSessionCookie(request)).send(),
  );
}
