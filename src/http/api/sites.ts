import type { FastifyInstance } from 'fastify';
import { DELETED_SITE, type DeletedSite } from '../../deletion/site-deletions.ts';
import { HitError } from '../../errors.ts';
import { SITE_SUMMARY } from '../../query/answers.ts';
import { readBody } from '../../schema/check.ts';
import { BOOLEAN, extended, list, object, type Static, TEXT } from '../../schema/schema.ts';
import { suggestion } from '../../schema/suggestion.ts';
import { requireReader, requireToken } from '../auth.ts';
import type { ServerContext } from '../context.ts';
import { readSite } from '../live-answer.ts';
import { body, json, type Operation, pathParameter, problem } from '../openapi/operation.ts';
import { NO_TOKEN, REFUSED } from '../openapi/refused.ts';
import { storeOf } from './stats.ts';

const SITES = object({ sites: list(extended(SITE_SUMMARY, { public: BOOLEAN })) });
/** The answer of `GET /api/v1/sites`. */
export type SitesAnswer = Static<typeof SITES>;

/** How long a deletion waits until hits that were acknowledged before are in the store, in milliseconds. */
const DELIVERY_TIMEOUT = 60_000;

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

const REMOVE: Operation = {
  operationId: 'deleteSite',
  tags: ['Administer'],
  summary: 'Delete a site with all that it has',
  description:
    'Deletes its hits, visits, rollups, live counts, goals, segments, funnels, annotations, alerts except those of `--alert`, retention, public state, and the tokens that are bound to it alone. Its archive stays. Hits that come later are counted as those of a new site, and logs that were imported can be imported again. The answer comes when all is deleted; a deletion that was interrupted is completed by the next start.',
  parameters: [pathParameter('site', 'host name', 'example.com')],
  responses: {
    200: json('deleted: hits that were stored one by one, and visits', DELETED_SITE, {
      ...{ site: 'example.com', hits: 8, visits: 5 },
    }),
    400: problem('not a host name'),
    404: problem('no such site, or a server without a database'),
    503: problem('the store is unavailable: the deletion is completed later if it has begun'),
    ...NO_TOKEN,
  },
};

/** `GET /api/v1/sites`, `DELETE /api/v1/sites/{site}`, and `PUT /api/v1/sites/{site}` with `{"public":true}` to make the counts of a site public. */
export function siteRoutes(app: FastifyInstance, context: ServerContext): void {
  const { admission, publicSites } = context;
  app.get<{ Reply: SitesAnswer }>(
    '/api/v1/sites',
    { onRequest: requireReader(context), config: { operation: LIST, bound: 'own' } },
    async (request, reply) => {
      const sites = await admission.run(request, reply, () => storeOf(context).sites(request.boundTo));
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

  const underWay = new Set<Promise<unknown>>();
  // The store stays open until the last deletion is done.
  app.addHook('onClose', () => Promise.allSettled(underWay));
  app.delete<{ Params: { site: string }; Reply: DeletedSite }>(
    '/api/v1/sites/:site',
    { onRequest: requireToken(context), config: { operation: REMOVE } },
    async ({ params }) => {
      const site = readSite(params.site);
      if (site === undefined) throw new HitError('invalid', 'site is missing');
      const { deletions } = context;
      if (!deletions) throw new HitError('not_found', 'this server runs without a database');
      // Nothing has begun until then.
      const signal = AbortSignal.any([context.ending, AbortSignal.timeout(DELIVERY_TIMEOUT)]);
      const work = deletions.delete(site, signal);
      underWay.add(work);
      const deleted = await work.finally(() => underWay.delete(work));
      if (deleted) return deleted;
      const names = await storeOf(context).siteNames();
      throw new HitError('not_found', `there is no site ${site}${suggestion(site, names)}`);
    },
  );
}
