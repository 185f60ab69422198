import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HitError } from '../../errors.ts';
import { isAdmin, isToken, mayRead } from '../auth.ts';
import { isSecure } from '../collect/request-facts.ts';
import type { ServerContext } from '../context.ts';

/**
 * `/api/v1/session`: tells a browser what it may do (GET, open to everybody), signs it in with the admin token (POST
 * `{"token":…}`), and signs it out (DELETE).
 */
export function sessionRoutes(app: FastifyInstance, context: ServerContext): void {
  const { sessions, adminToken } = context;
  app.get('/api/v1/session', (request, reply) => {
    reply.header('cache-control', 'no-store');
    return {
      reader: mayRead(context, request.raw),
      admin: isAdmin(context, request.raw),
      public: context.public,
    };
  });

  app.post<{ Body: unknown }>('/api/v1/session', (request, reply) => {
    if (!isToken(tokenOf(request.body), adminToken)) {
      throw new HitError('unauthorized', 'the admin token is incorrect');
    }
    reply
      .code(204)
      .header('set-cookie', sessions.cookie(overTls(request)))
      .send();
  });

  app.delete('/api/v1/session', (request, reply) => {
    reply
      .code(204)
      .header('set-cookie', sessions.endingCookie(overTls(request)))
      .send();
  });
}

/** @throws HitError `invalid` */
function tokenOf(body: unknown): string {
  const token = typeof body === 'object' && body !== null && 'token' in body ? body.token : undefined;
  if (typeof token !== 'string') throw new HitError('invalid', 'the body is not like {"token":"…"}');
  return token;
}

function overTls({ headers }: FastifyRequest): boolean {
  return isSecure(headers);
}
