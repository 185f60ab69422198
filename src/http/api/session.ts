import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HitError } from '../../errors.ts';
import { cookieValue } from '../../hit/visitor.ts';
import { readBody } from '../../schema/check.ts';
import { BOOLEAN, list, object, type Static, TEXT } from '../../schema/schema.ts';
import { isAdmin, isSignIn, mayRead, refuseForeignPage, requireToken } from '../auth.ts';
import { isSecure } from '../collect/request-facts.ts';
import type { ServerContext } from '../context.ts';
import { body, empty, json, OPEN, type Operation, pathParameter, problem } from '../openapi/operation.ts';
import { NO_TOKEN } from '../openapi/refused.ts';
import { SESSION_ENTRY, Sessions } from '../session.ts';

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
    204: empty('a cookie that is valid for `--session-age`'),
    400: problem('no token'),
    401: problem('a wrong token'),
    429: problem('too many wrong tokens from this address'),
  },
};

const SIGN_OUT: Operation = {
  operationId: 'signOut',
  ...{ tags: ['Administer'], security: OPEN },
  summary: 'Sign the browser out',
  description: 'Its session ends: the cookie is not accepted any more.',
  responses: { 204: empty('the cookie is deleted'), 403: problem('a request from a page of another site') },
};

const SESSION_LIST = object({ sessions: list(SESSION_ENTRY) });

const LIST: Operation = {
  operationId: 'sessions',
  tags: ['Administer'],
  summary: 'Signed-in browsers',
  responses: {
    200: json('open sessions that this node began', SESSION_LIST, {
      sessions: [
        {
          ...{ id: '4f6c1d2e9a0b7c3d', created: '2026-11-24T12:00:00.000Z' },
          expires: '2026-12-24T12:00:00.000Z',
        },
      ],
    }),
    ...NO_TOKEN,
  },
};

const END: Operation = {
  operationId: 'endSession',
  tags: ['Administer'],
  summary: 'Sign a browser out, wherever it is',
  parameters: [pathParameter('id', 'as in the list of sessions', '4f6c1d2e9a0b7c3d')],
  responses: { 204: empty('ended'), 404: problem('no such session'), ...NO_TOKEN },
};

/**
 * `/api/v1/session`: tells a browser what it may do (GET, open to everybody), signs it in with the admin token (POST
 * `{"token":…}`), and signs it out (DELETE). `/api/v1/sessions`: an administrator lists and ends sessions.
 */
export function sessionRoutes(app: FastifyInstance, context: ServerContext): void {
  const { sessions } = context;
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
      if (!isSignIn(context, request.raw, token)) {
        throw new HitError('unauthorized', 'the admin token is incorrect');
      }
      reply
        .code(204)
        .header('set-cookie', sessions.open(overTls(request)))
        .send();
    },
  );

  app.delete('/api/v1/session', { config: { operation: SIGN_OUT, bound: 'open' } }, (request, reply) => {
    refuseForeignPage(request.raw);
    sessions.close(cookieValue(request.headers.cookie ?? '', Sessions.NAME));
    reply
      .code(204)
      .header('set-cookie', sessions.endingCookie(overTls(request)))
      .send();
  });

  const onRequest = requireToken(context);
  app.get<{ Reply: Static<typeof SESSION_LIST> }>(
    '/api/v1/sessions',
    { onRequest, config: { operation: LIST } },
    () => ({ sessions: sessions.list() }),
  );

  app.delete<{ Params: { id: string } }>(
    '/api/v1/sessions/:id',
    { onRequest, config: { operation: END } },
    (request, reply) => {
      if (!sessions.end(request.params.id)) throw new HitError('not_found', 'there is no such session');
      reply.code(204).send();
    },
  );
}

function overTls({ headers }: FastifyRequest): boolean {
  return isSecure(headers);
}
