import {
  body,
  COUNT,
  choice,
  empty,
  json,
  list,
  OPEN,
  object,
  type Paths,
  part,
  problem,
  type Schema,
  TEXT,
  TIME,
} from './operation.ts';

const tags = ['Administer'];
const NO_TOKEN = { 401: problem('no admin token'), 403: problem('a page of another site asked') };
const BOOLEAN: Schema = { type: 'boolean' };
const SCOPE = choice('read', 'write');
const TOKEN = { id: TEXT, name: TEXT, scope: SCOPE, created: TIME, used: { type: ['string', 'null'] } };
const TOKEN_EXAMPLE = {
  id: '4f6c1d2e9a0b',
  name: 'reports',
  scope: 'read',
  created: '2026-11-24T12:00:00.000Z',
};
const EXCEPTIONS: Schema = {
  ...list(object({ site: TEXT, since: TIME })),
  type: ['array', 'null'],
  description: 'sites exempt from purges, as `import --keep` said; null while the store does not answer',
};
const BY_DAY: Schema = { type: 'object', additionalProperties: TEXT };
const KEPT = list(object({ site: { type: ['string', 'null'] }, age: TEXT }));

export const ADMINISTERING: Paths = {
  '/api/v1/sites/{site}': {
    put: {
      operationId: 'publishSite',
      tags,
      summary: 'Make a site’s badges and counters public, or private',
      parameters: [part('site', 'host name', 'example.com')],
      requestBody: body(object({ public: BOOLEAN }), { public: true }),
      responses: {
        200: json('done', object({ site: TEXT, public: BOOLEAN }), { site: 'example.com', public: true }),
        400: problem('no host name, or neither true nor false'),
        ...NO_TOKEN,
      },
    },
  },
  '/api/v1/tokens': {
    get: {
      operationId: 'tokens',
      tags,
      summary: 'Tokens that were given to others',
      responses: {
        200: json('without the tokens themselves', object({ tokens: list(object(TOKEN)) }), {
          tokens: [{ ...TOKEN_EXAMPLE, used: null }],
        }),
        ...NO_TOKEN,
      },
    },
    post: {
      operationId: 'makeToken',
      tags,
      summary: 'Make a token that reads counts, or one that sends hits',
      requestBody: body(object({ name: TEXT, scope: SCOPE }), { name: 'reports', scope: 'read' }),
      responses: {
        201: json('this once with the token itself', object({ ...TOKEN, token: TEXT }), {
          ...TOKEN_EXAMPLE,
          ...{ used: null, token: 'ht_…' },
        }),
        400: problem('no name, no scope, or a hundred tokens already'),
        ...NO_TOKEN,
      },
    },
  },
  '/api/v1/tokens/{id}': {
    delete: {
      operationId: 'revokeToken',
      tags,
      summary: 'Revoke a token, at once',
      parameters: [part('id', 'of the list', '4f6c1d2e9a0b')],
      responses: { 204: empty('revoked'), 404: problem('there is none'), ...NO_TOKEN },
    },
  },
  '/api/v1/settings': {
    get: {
      operationId: 'settings',
      tags,
      summary: 'How the server is set, and how it is',
      responses: {
        200: json(
          'nothing of it is secret',
          object({
            ...{
              version: TEXT,
              trackers: list(TEXT),
              identity: TEXT,
              durability: TEXT,
              trust_proxy: TEXT,
              rate_limit: TEXT,
            },
            store: { type: ['string', 'null'] },
            live: { type: ['string', 'null'] },
            retention: object({ hits: KEPT, rollups: KEPT, exceptions: EXCEPTIONS }),
            peers: COUNT,
            salts: list(object({ day: TEXT, origin: choice('shared', 'own'), fingerprint: TEXT })),
            spool: { ...object({ bytes: COUNT, max: COUNT }), type: ['object', 'null'] },
            ready: object(
              {
                ...{ status: TEXT, backlog: COUNT, live: TEXT, detail: TEXT },
                ...{ salts: BY_DAY, problems: list(TEXT) },
              },
              ['backlog', 'live', 'detail', 'salts', 'problems'],
            ),
            uptime_seconds: COUNT,
          }),
        ),
        ...NO_TOKEN,
      },
    },
  },
  '/api/v1/salts': {
    get: {
      operationId: 'salts',
      tags,
      summary: 'Salts of visitors, for nodes that take them from this one (--salts-from)',
      responses: {
        200: json(
          'base64 of 16 bytes, by UTC day: today’s, yesterday’s, and in the last hour of a day tomorrow’s. Secret',
          object({ node: TEXT, salts: BY_DAY }),
        ),
        ...NO_TOKEN,
      },
    },
  },
  '/api/v1/session': {
    get: {
      operationId: 'session',
      ...{ tags, security: OPEN },
      summary: 'What this browser may do',
      responses: {
        200: json(
          'by its cookie, or its token',
          object({ reader: BOOLEAN, admin: BOOLEAN, public: BOOLEAN }),
          {
            ...{ reader: true, admin: true, public: false },
          },
        ),
      },
    },
    post: {
      operationId: 'signIn',
      ...{ tags, security: OPEN },
      summary: 'Sign a browser in by the admin token',
      requestBody: body(object({ token: TEXT }), { token: 'the admin token' }),
      responses: {
        204: empty('a cookie for thirty days'),
        400: problem('no token'),
        401: problem('another token'),
      },
    },
    delete: {
      operationId: 'signOut',
      ...{ tags, security: OPEN },
      summary: 'Sign it out',
      responses: { 204: empty('the cookie is gone') },
    },
  },
};
