import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HitError } from '../../errors.ts';
import { readBody } from '../../schema/check.ts';
import { BOOLEAN, object, type Static, TEXT } from '../../schema/schema.ts';
import { isAdmin, isToken, mayRead, refuseForeignPage } from '../auth.ts';
import { isSecure } from '../collect/request-facts.ts';
import type { ServerContext } from '../context.ts';
import { body, empty, json, OPEN, type Operation, problem } from '../openapi/operation.ts';

const SESSION = object({ reader: BOOLEAN, admin: BOOLEAN, public: BOOLEAN });
/** The answer of `GET /api/v1/session`. */
export type SessionAnswer = Static<typeof SESSION>;

const SIGN_IN_BODY = object({ token: TEXT });

const TELL: Operation = {
  operationId: 'session',
  ...{ tags: ['Administer'], security: OPEN },
  summary: 'What this browser may do',
  responses: {
    200: json('according to its cookie or token', SESSION, { reader: true, admin: true, public: false }),
  },
};

const SIGN_IN: Operation = {
  operationId: 'signIn',
  ...{ tags: ['Administer'], security: OPEN },
  summary: 'Sign a browser in with the admin token',
  requestBody: body(SIGN_IN_BODY, { token: 'the admin token' }),
  responses: {
    204: empty('a cookie that is valid for thirty days'),
    400: problem('no token'),
    401: problem('a wrong token'),
  },
};

const SIGN_OUT: Operation = {
  operationId: 'signOut',
  ...{ tags: ['Administer'], security: OPEN },
  summary: 'Sign the browser out',
  responses: { 204: empty('the cookie is deleted'), 403: problem('a request from a page of another site') },
};

/**
 * `/api/v1/session`: tells a browser what it may do (GET, open to everybody), signs it in with the admin token (POST
 * `{"token":…}`), and signs it out (DELETE).
 */
export function sessionRoutes(app: FastifyInstance, context: ServerContext): void {
  const { sessions, adminToken } = context;
  app.get<{ Reply: SessionAnswer }>(
    '/api/v1/session',
    { config: { operation: TELL, bound: 'open' } },
    (request, reply) => {
      reply.header('cache-control', 'no-store');
      return {
        reader: mayRead(context, request.raw),
        admin: isAdmin(context, request.raw),
        public: context.public,
      };
    },
  );

  app.post<{ Body: unknown }>(
    '/api/v1/session',
    { config: { operation: SIGN_IN, bound: 'open' } },
    (request, reply) => {
      const { token } = readBody(SIGN_IN_BODY, request.body, { token: '…' });
      if (!isToken(token, adminToken)) {
        throw new HitError('unauthorized', 'the admin token is incorrect');
      }
      reply
        .code(204)
        .header('set-cookie', sessions.cookie(overTls(request)))
        .send();
    },
  );

  app.delete('/api/v1/session', { config: { operation: SIGN_OUT, bound: 'open' } }, (request, reply) => {
    refuseForeignPage(request.raw);
    reply
      .code(204)
      .header('set-cookie', sessions.endingCookie(overTls(request)))
      .send();
  });
}

function overTls({ headers }: FastifyRequest): boolean {
  return isSecure(headers);
}
