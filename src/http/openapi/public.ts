import {
  COUNT,
  choice,
  json,
  OPEN,
  object,
  other,
  type Paths,
  part,
  problem,
  query,
  TEXT,
} from './operation.ts';

const tags = ['Show'];
const NULLABLE_COUNT = { ...COUNT, type: ['integer', 'null'] };
const PERIOD = query('period', 'default: all', choice('all', '30d', '7d', 'today'));
const PLACE = [
  part('site', 'a public site', 'example.com'),
  part('path', 'a page without its first `/`, or `total` for the whole site', 'total'),
];
const UNKNOWN = { 404: problem('no such public site') };

export const SHOWING: Paths = {
  '/badge/{site}/{path}.svg': {
    get: {
      operationId: 'badge',
      ...{ tags, security: OPEN },
      summary: 'A count as an image, of a site that is public',
      parameters: [
        ...PLACE,
        PERIOD,
        query('label', 'up to 60 characters', TEXT, 'visits'),
        query('show', 'default: hits', choice('hits', 'visitors'), 'visitors'),
        query('theme', 'how it looks: flat, plastic, …'),
      ],
      responses: { 200: other('counted within the last minute', 'image/svg+xml'), ...UNKNOWN },
    },
  },
  '/counter/{site}/{path}.json': {
    get: {
      operationId: 'counter',
      ...{ tags, security: OPEN },
      summary: 'The same as numbers',
      parameters: [...PLACE, PERIOD],
      responses: {
        200: json(
          'counted within the last minute',
          object({ site: TEXT, path: TEXT, hits: NULLABLE_COUNT, visitors: NULLABLE_COUNT }),
          {
            ...{ site: 'example.com', path: 'total', hits: 8, visitors: 4 },
          },
        ),
        ...UNKNOWN,
      },
    },
  },
  '/script.js': {
    get: {
      operationId: 'script',
      ...{ tags, security: OPEN },
      summary: 'What pages load that want to be counted',
      responses: { 200: other('under a kibibyte in gzip', 'text/javascript') },
    },
  },
  '/dashboard': {
    get: {
      operationId: 'dashboard',
      ...{ tags, security: OPEN },
      summary: 'The page for people',
      parameters: [query('token', 'the admin token signs the browser in')],
      responses: {
        200: other('the page', 'text/html'),
        303: { description: 'without the token in its address' },
      },
    },
  },
  '/docs': {
    get: {
      operationId: 'docs',
      ...{ tags, security: OPEN },
      summary: 'This document, for people',
      responses: { 200: other('a page', 'text/html') },
    },
  },
  '/openapi.json': {
    get: {
      operationId: 'openapi',
      ...{ tags, security: OPEN },
      summary: 'This document',
      responses: { 200: json('OpenAPI 3.1', { type: 'object' }) },
    },
  },
};
