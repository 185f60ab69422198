import type { FastifyInstance } from 'fastify';
import { HitError } from '../../errors.ts';
import { requireReader, requireToken } from '../auth.ts';
import type { ServerContext } from '../context.ts';
import { readSite } from '../live-answer.ts';
import { storeOf } from './read.ts';

/** `GET /api/v1/sites`, and `PUT /api/v1/sites/{site}` with `{"public":true}` to make the counts of a site public. */
export function siteRoutes(app: FastifyInstance, context: ServerContext): void {
  const { publicSites } = context;
  app.get('/api/v1/sites', { onRequest: requireReader(context) }, async () => {
    const sites = await storeOf(context).sites();
    return { sites: sites.map((site) => ({ ...site, public: publicSites.has(site.site) })) };
  });

  app.put<{ Params: { site: string }; Body: unknown }>(
    '/api/v1/sites/:site',
    { onRequest: requireToken(context) },
    (request, reply) => {
      const site = readSite(request.params.site);
      const isPublic = publicOf(request.body);
      if (site === undefined) throw new HitError('invalid', 'site is missing');
      publicSites.set(site, isPublic);
      reply.send({ site, public: isPublic });
    },
  );
}

function publicOf(body: unknown): boolean {
  const value = typeof body === 'object' && body !== null && 'public' in body ? body.public : undefined;
  if (typeof value !== 'boolean') throw new HitError('invalid', 'the body is not like {"public":true}');
  return value;
}
