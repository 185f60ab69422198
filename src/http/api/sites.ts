import type { FastifyInstance } from 'fastify';
import { HitError } from '../../errors.ts';
import { SITE_SUMMARY } from '../../query/answers.ts';
import { readBody } from '../../schema/check.ts';
import { BOOLEAN, extended, list, object, type Static, TEXT } from '../../schema/schema.ts';
import { requireReader, requireToken } from '../auth.ts';
import type { ServerContext } from '../context.ts';
import { readSite } from '../live-answer.ts';
import { body, json, type Operation, pathParameter, problem } from '../openapi/operation.ts';
import { NO_TOKEN, REFUSED } from '../openapi/refused.ts';
import { storeOf } from './stats.ts';

const SITES = object({ sites: list(extended(SITE_SUMMARY, { public: BOOLEAN })) });
/** The answer of `GET /api/v1/sites`. */
export type SitesAnswer = Static<typeof SITES>;

const PUBLICITY = object({ public: BOOLEAN });
const PUBLISHED = object({ site: TEXT, public: BOOLEAN });

const LIST: Operation = {
  operationId: 'sites',
  tags: ['Ask'],
  summary: 'All sites with hits',
  responses: {
    200: json('those with the most hits first', SITES, {
      sites: [
        {
          ...{ site: 'example.com', hits: 8, visitors: 4, public: false },
          ...{ first: '2026-11-01T08:00:00Z', last: '2026-11-24T01:42:10Z' },
        },
      ],
    }),
    ...REFUSED,
  },
};

const PUBLISH: Operation = {
  operationId: 'publishSite',
  tags: ['Administer'],
  summary: 'Make a site’s badges and counters public, or private',
  parameters: [pathParameter('site', 'host name', 'example.com')],
  requestBody: body(PUBLICITY, { public: true }),
  responses: {
    200: json('done', PUBLISHED, { site: 'example.com', public: true }),
    400: problem('not a host name, or neither true nor false'),
    ...NO_TOKEN,
  },
};

/** `GET /api/v1/sites`, and `PUT /api/v1/sites/{site}` with `{"public":true}` to make the counts of a site public. */
export function siteRoutes(app: FastifyInstance, context: ServerContext): void {
  const { publicSites } = context;
  app.get<{ Reply: SitesAnswer }>(
    '/api/v1/sites',
    { onRequest: requireReader(context), config: { operation: LIST, bound: 'own' } },
    async ({ boundTo }) => {
      const sites = await storeOf(context).sites(boundTo);
      return { sites: sites.map((site) => ({ ...site, public: publicSites.has(site.site) })) };
    },
  );

  app.put<{ Params: { site: string }; Body: unknown; Reply: Static<typeof PUBLISHED> }>(
    '/api/v1/sites/:site',
    { onRequest: requireToken(context), config: { operation: PUBLISH } },
    (request, reply) => {
      const site = readSite(request.params.site);
      const { public: isPublic } = readBody(PUBLICITY, request.body, { public: true });
      if (site === undefined) throw new HitError('invalid', 'site is missing');
      publicSites.set(site, isPublic);
      reply.send({ site, public: isPublic });
    },
  );
}
