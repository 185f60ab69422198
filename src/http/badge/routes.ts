import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HitError } from '../../errors.ts';
import { siteName } from '../../hit/site.ts';
import { type QueryParams, readChoice, readText } from '../../query/params.ts';
import type { ServerContext } from '../context.ts';
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
const ASSET_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

type Context = Pick<ServerContext, 'now' | 'publicSites' | 'db' | 'live'>;
interface Route {
  readonly Params: { readonly site: string; readonly '*': string };
  readonly Querystring: QueryParams;
}

/**
 * `GET /badge/{site}/{path}.svg` and `GET /counter/{site}/{path}.json`, for everybody, for public sites.
 */
export function badgeRoutes(app: FastifyInstance, context: Context): void {
  const counts = new BadgeCounts(context);
  app.get<Route>('/badge/:site/*', async (request, reply) => {
    const { query } = request;
    const label = readText('label', query.label);
    if (label.length > LONGEST_LABEL) {
      throw new HitError('invalid', `label has ${label.length} characters, ${LONGEST_LABEL} are allowed`);
    }
    const theme = readChoice('theme', query.theme ?? 'flat', Object.keys(THEMES) as ThemeName[]);
    const shown = readChoice('show', query.show ?? 'hits', SHOWN);
    const count = await read(request, '.svg');
    const svg = badgeSvg(label || shown, count[shown]?.toLocaleString('en') ?? UNKNOWN, theme);
    reply.headers({
      'content-security-policy': ASSET_POLICY,
      'cross-origin-resource-policy': 'cross-origin',
    });
    return send(request, reply, 'image/svg+xml; charset=utf-8', svg);
  });
  app.get<Route>('/counter/:site/*', async (request, reply) => {
    const { site, path } = placeOf(request, '.json');
    const { hits, visitors } = await read(request, '.json');
    reply.header('access-control-allow-origin', '*');
    const body = JSON.stringify({ site, path: path ?? TOTAL, hits, visitors });
    return send(request, reply, 'application/json; charset=utf-8', body);
  });

  async function read(request: FastifyRequest<Route>, suffix: string): Promise<BadgeCount> {
    const { site, path } = placeOf(request, suffix);
    const period = readChoice('period', request.query.period ?? 'all', BADGE_PERIODS);
    // The answer does not reveal whether a site that is not public is counted.
    if (!context.publicSites.has(site)) throw new HitError('not_found', 'there is no such public site');
    return counts.read(site, path, period);
  }
}

/** Site and page of an address such as `a.example/blog/post.svg`. */
function placeOf(
  { params }: FastifyRequest<Route>,
  suffix: string,
): { site: string; path: string | undefined } {
  const { site, '*': rest } = params;
  if (!rest.endsWith(suffix) || rest.length > LONGEST_PATH) {
    throw new HitError('not_found', `there is nothing here: a path ends with ${suffix}, and is not long`);
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
