import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HitError } from '../../errors.ts';
import { siteName } from '../../hit/site-name.ts';
import type { QueryParams } from '../../query/params.ts';
import { parameter, parameterOr, readParameter } from '../../schema/parameter.ts';
import { COUNT, choice, described, nullable, object, TEXT, textUpTo } from '../../schema/schema.ts';
import type { ServerContext } from '../context.ts';
import {
  json,
  OPEN,
  type Operation,
  other,
  pathParameter,
  problem,
  queryParameters,
} from '../openapi/operation.ts';
import { BADGE_PERIODS, type BadgeCount, BadgeCounts } from './counts.ts';
import { badgeSvg, THEMES, type ThemeName } from './drawing.ts';

/** Stands for the whole site in place of a path. */
const TOTAL = 'total';
const LONGEST_LABEL = 60;
/** Shown if the number is unknown because the required hits are purged. */
const UNKNOWN = '–';
/** A filter is limited to 1,000 characters, each of which may need a `\`. */
const LONGEST_PATH = 450;
const SHOWN = ['hits', 'visitors'] as const;
const PERIOD = { period: parameterOr('all', choice(BADGE_PERIODS), 'that ends now, in UTC days') };
const BADGE_PARAMETERS = {
  ...PERIOD,
  label: parameter(textUpTo(LONGEST_LABEL), 'default: what is shown', 'visits'),
  show: parameterOr('hits', choice(SHOWN), 'what is counted', 'visitors'),
  theme: parameterOr('flat', choice(Object.keys(THEMES) as ThemeName[]), 'style'),
};

const COUNTED = object({
  site: TEXT,
  path: TEXT,
  hits: described(nullable(COUNT), 'null if the required hits are purged'),
  visitors: nullable(COUNT),
});

const PLACE = [
  pathParameter('site', 'a public site', 'example.com'),
  pathParameter('path', 'a page without its first `/`, or `total` for the whole site', TOTAL),
];
const REFUSED = {
  400: problem('an invalid query'),
  404: problem('no such public site'),
  503: problem('too many others are being counted'),
};

const BADGE: Operation = {
  operationId: 'badge',
  ...{ tags: ['Show'], security: OPEN },
  summary: 'A count of a public site as an image',
  parameters: [...PLACE, ...queryParameters(BADGE_PARAMETERS)],
  responses: { 200: other('counted within the last minute', 'image/svg+xml'), ...REFUSED },
};

const COUNTER: Operation = {
  operationId: 'counter',
  ...{ tags: ['Show'], security: OPEN },
  summary: 'The same count as JSON',
  parameters: [...PLACE, ...queryParameters(PERIOD)],
  responses: {
    200: json('counted within the last minute', COUNTED, {
      ...{ site: 'example.com', path: TOTAL, hits: 8, visitors: 4 },
    }),
    ...REFUSED,
  },
};

const ASSET_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

type Context = Pick<ServerContext, 'admission' | 'now' | 'publicSites' | 'db' | 'live'>;
interface Route {
  readonly Params: { readonly site: string; readonly '*': string };
  readonly Querystring: QueryParams;
}

/**
 * `GET /badge/{site}/{path}.svg` and `GET /counter/{site}/{path}.json`, for everybody, for public sites.
 */
export function badgeRoutes(app: FastifyInstance, context: Context): void {
  const counts = new BadgeCounts(context);
  const badge = { config: { operation: BADGE, path: '/badge/{site}/{path}.svg', bound: 'open' } } as const;
  app.get<Route>('/badge/:site/*', badge, async (request, reply) => {
    const { query } = request;
    const label = readParameter('label', BADGE_PARAMETERS.label, query.label);
    const theme = readParameter('theme', BADGE_PARAMETERS.theme, query.theme);
    const shown = readParameter('show', BADGE_PARAMETERS.show, query.show);
    const count = await read(request, reply, '.svg');
    const svg = badgeSvg(label || shown, count[shown]?.toLocaleString('en') ?? UNKNOWN, theme);
    reply.headers({
      'content-security-policy': ASSET_POLICY,
      'cross-origin-resource-policy': 'cross-origin',
    });
    return send(request, reply, 'image/svg+xml; charset=utf-8', svg);
  });
  const counter = {
    config: { operation: COUNTER, path: '/counter/{site}/{path}.json', bound: 'open' },
  } as const;
  app.get<Route>('/counter/:site/*', counter, async (request, reply) => {
    const { site, path } = siteAndPathOf(request, '.json');
    const { hits, visitors } = await read(request, reply, '.json');
    reply.header('access-control-allow-origin', '*');
    const body = JSON.stringify({ site, path: path ?? TOTAL, hits, visitors });
    return send(request, reply, 'application/json; charset=utf-8', body);
  });

  async function read(
    request: FastifyRequest<Route>,
    reply: FastifyReply,
    suffix: string,
  ): Promise<BadgeCount> {
    const { site, path } = siteAndPathOf(request, suffix);
    const period = readParameter('period', PERIOD.period, request.query.period);
    // The answer does not reveal whether a site that is not public is counted.
    if (!context.publicSites.has(site)) throw new HitError('not_found', 'there is no such public site');
    return counts.read(site, path, period, (query, run) =>
      context.admission.runAnonymously(request, reply, query, run),
    );
  }
}

/** Site and page of an address such as `a.example/blog/post.svg`. */
function siteAndPathOf(
  { params }: FastifyRequest<Route>,
  suffix: string,
): { site: string; path: string | undefined } {
  const { site, '*': rest } = params;
  if (!rest.endsWith(suffix) || rest.length > LONGEST_PATH) {
    throw new HitError('not_found', `not found: a path must end with ${suffix}, and has a limited length`);
  }
  const path = rest.slice(0, -suffix.length);
  return { site: siteName(site), path: path === TOTAL ? undefined : `/${path}` };
}

function send(request: FastifyRequest, reply: FastifyReply, type: string, body: string): FastifyReply {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  reply.headers({ etag, 'cache-control': 'public, max-age=60', 'x-content-type-options': 'nosniff' });
  if (request.headers['if-none-match'] === etag) return reply.code(304).send();
  return reply.type(type).send(body);
}
