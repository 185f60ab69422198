import type { FastifyInstance } from 'fastify';
import { HitError } from '../../errors.ts';
import { BOUND_SITES, SCOPE, TOKEN, type Tokens } from '../../folder/tokens.ts';
import { readBody } from '../../schema/check.ts';
import { extended, list, object, type Static, TEXT } from '../../schema/schema.ts';
import { unknownName } from '../../schema/suggestion.ts';
import { type Keys, requireToken } from '../auth.ts';
import { body, empty, json, type Operation, pathParameter, problem } from '../openapi/operation.ts';
import { NO_TOKEN } from '../openapi/refused.ts';

const WANTED = object({ name: TEXT, scope: SCOPE }, { sites: BOUND_SITES });
const TOKEN_LIST = object({ tokens: list(TOKEN) });
const MADE_TOKEN = extended(TOKEN, { token: TEXT });

const EXAMPLE = { name: 'reports', scope: 'read', sites: ['example.com'] } as const;
const TOKEN_EXAMPLE = {
  ...{ id: '4f6c1d2e9a0b', ...EXAMPLE },
  ...{ created: '2026-11-24T12:00:00.000Z', used: null },
};

const LIST: Operation = {
  operationId: 'tokens',
  tags: ['Administer'],
  summary: 'API tokens',
  responses: {
    200: json('without the tokens themselves', TOKEN_LIST, { tokens: [TOKEN_EXAMPLE] }),
    ...NO_TOKEN,
  },
};

const MAKE: Operation = {
  operationId: 'makeToken',
  tags: ['Administer'],
  summary: 'Create a token for reading counts or for sending hits',
  description: 'A token that is bound to sites gives no access to other sites.',
  requestBody: body(WANTED, EXAMPLE),
  responses: {
    201: json('only this response contains the token itself', MADE_TOKEN, {
      ...TOKEN_EXAMPLE,
      token: 'ht_…',
    }),
    400: problem(
      'no name, no scope, a site that is not a host name, or the limit of a hundred tokens is reached',
    ),
    ...NO_TOKEN,
  },
};

const REVOKE: Operation = {
  operationId: 'revokeToken',
  tags: ['Administer'],
  summary: 'Revoke a token immediately',
  parameters: [pathParameter('id', 'as in the list of tokens', '4f6c1d2e9a0b')],
  responses: { 204: empty('revoked'), 404: problem('no such token'), ...NO_TOKEN },
};

/** `/api/v1/tokens`: tokens for others; an administrator creates, lists and revokes them. */
export function tokenRoutes(app: FastifyInstance, context: Keys & { readonly tokens: Tokens }): void {
  const { tokens } = context;
  const onRequest = requireToken(context);
  app.get<{ Reply: Static<typeof TOKEN_LIST> }>(
    '/api/v1/tokens',
    { onRequest, config: { operation: LIST } },
    () => ({ tokens: tokens.list() }),
  );

  app.post<{ Body: unknown; Reply: Static<typeof MADE_TOKEN> }>(
    '/api/v1/tokens',
    { onRequest, config: { operation: MAKE } },
    (request, reply) => {
      const { name, scope, sites } = readBody(WANTED, membersOf(request.body), EXAMPLE);
      reply
        .code(201)
        .header('cache-control', 'no-store')
        .send(tokens.create(name, scope, sites));
    },
  );

  app.delete<{ Params: { id: string } }>(
    '/api/v1/tokens/:id',
    { onRequest, config: { operation: REVOKE } },
    (request, reply) => {
      if (!tokens.revoke(request.params.id)) throw new HitError('not_found', 'there is no such token');
      reply.code(204).send();
    },
  );
}

/** A misspelt `sites` must not create a token for all sites. @throws HitError `invalid` */
function membersOf(body: unknown): unknown {
  const known = Object.keys(WANTED.properties as object);
  const odd = Object.keys(Object(body)).find((name) => !known.includes(name));
  if (odd !== undefined) throw unknownName('the body: member', odd, known);
  return body;
}
