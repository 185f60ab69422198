import {
  body,
  COUNT,
  json,
  list,
  OPEN,
  object,
  other,
  type Paths,
  problem,
  query,
  type Schema,
  TEXT,
} from './operation.ts';

const tags = ['Collect'];

const REPORT: Readonly<Record<string, Schema>> = {
  site: { ...TEXT, description: 'host name of the site; default: that of `url`' },
  path: { ...TEXT, description: 'page, up to 8,192 characters; or `url`' },
  url: { ...TEXT, format: 'uri' },
  referrer: TEXT,
  name: { ...TEXT, description: 'an event, up to 200 characters; default: `pageview`' },
  title: TEXT,
  props: { type: 'object', description: 'of an event, up to 4,096 characters as JSON' },
};

const SENT: Schema = object(
  {
    ...REPORT,
    time: {
      description:
        'ISO 8601, or milliseconds since 1970, from 1990 up to 10 minutes ahead of the server; default: now',
      anyOf: [TEXT, { type: 'number' }],
    },
    visitor: { ...TEXT, description: 'a name that you have for the visitor' },
    address: { ...TEXT, description: 'or the client’s address, with `user_agent`' },
    user_agent: TEXT,
    language: TEXT,
  },
  [
    ...Object.keys(REPORT).filter((name) => name !== 'site'),
    'time',
    'visitor',
    'address',
    'user_agent',
    'language',
  ],
);

const DROPPED =
  'A hit that is not counted is answered all the same, with its reason in the header `x-hit-dropped`.';

export const COLLECTING: Paths = {
  '/': {
    get: {
      operationId: 'countPlainly',
      ...{ tags, security: OPEN },
      summary: 'Count a hit of the host that is asked, and say how many there are',
      description: 'A small page for browsers, text for other clients. Counts every request, including bots.',
      responses: {
        200: {
          description: 'counted',
          content: {
            'text/plain': { schema: TEXT, example: '3 unique hits from total 8 hits\nYou are new here.\n' },
            'text/html': { schema: TEXT },
          },
        },
        429: problem('too many from this address: see `Retry-After`'),
        503: problem('the hit cannot be made durable now, and is not counted'),
      },
    },
  },
  '/hit.gif': {
    get: {
      operationId: 'countByPixel',
      ...{ tags, security: OPEN },
      summary: 'Count a hit, and answer with a transparent pixel',
      description: DROPPED,
      parameters: [
        query('site', 'host name; default: that of the page', TEXT, 'example.com'),
        query('path', 'default: that of the page', TEXT, '/pricing'),
        query('referrer', 'where the visitor came from', TEXT, 'https://news.example/'),
        query('name', 'an event'),
      ],
      responses: {
        200: other('counted, or dropped', 'image/gif'),
        400: problem('no hit'),
        429: problem('too many'),
      },
    },
  },
  '/hit': {
    post: {
      operationId: 'countByBeacon',
      ...{ tags, security: OPEN },
      summary: 'Count a page view or an event of a page',
      description: `From any origin, as \`application/json\` or as \`text/plain\`, as \`sendBeacon\` sends it. ${DROPPED}`,
      requestBody: body(object(REPORT, Object.keys(REPORT)), {
        ...{ site: 'example.com', path: '/pricing', name: 'signup', props: { plan: 'team' } },
      }),
      responses: {
        202: { description: 'durable' },
        400: problem('no hit'),
        413: problem('more than 64 KiB'),
        429: problem('too many'),
      },
    },
  },
  '/api/v1/hits': {
    post: {
      operationId: 'sendHits',
      tags,
      summary: 'Count hits of others, many at once',
      description:
        'With the admin token, or one of scope `write`. A JSON array, or lines of JSON as `application/x-ndjson`; 16 MiB at most. 503 with `accepted` says that so many hits are durable.',
      requestBody: body(list(SENT), [
        { site: 'example.com', path: '/', visitor: 'user 17', time: '2026-11-01T12:00:00Z' },
        { site: 'example.com', path: '/', address: '192.0.2.7', user_agent: 'Googlebot/2.1' },
      ]),
      responses: {
        202: json(
          'durable, but for those that are listed',
          object({
            accepted: COUNT,
            dropped: { type: 'object', additionalProperties: COUNT },
            errors: list(object({ index: COUNT, error: TEXT })),
          }),
          { accepted: 1, dropped: { bot: 1 }, errors: [] },
        ),
        401: problem('no token that may send'),
        413: problem('more than 16 MiB'),
      },
    },
  },
};
