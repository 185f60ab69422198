import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HitError } from '../../errors.ts';
import type { Words } from '../../store/words.ts';
import type { DBTracker } from '../../trackers/db.ts';
import { requireReader } from '../auth.ts';
import type { ServerContext } from '../context.ts';
import { readLive } from './live.ts';

/** What can be asked: live counts, periods, rankings, sites, drops. */
export function readRoutes(app: FastifyInstance, context: ServerContext): void {
  const options = { onRequest: requireReader(context) };
  app.get('/api/v1/live', options, (request) => readLive(context, wordsOf(request)));
  app.get('/api/v1/stats', options, (request) => store(context).stats(wordsOf(request)));
  app.get('/api/v1/top', options, (request) => store(context).top(wordsOf(request)));
  app.get('/api/v1/props', options, async (request) => ({
    props: await store(context).props(wordsOf(request)),
  }));
  app.get('/api/v1/sites', options, async () => {
    const sites = await store(context).sites();
    return { sites: sites.map((site) => ({ ...site, public: context.publicSites.has(site.site) })) };
  });
  app.get('/api/v1/drops', options, async () => ({
    since: new Date(context.drops.since).toISOString(),
    drops: context.drops.entries(),
  }));
}

function store({ db }: ServerContext): DBTracker {
  if (!db) throw new HitError('not_found', 'there is no database here: start the server with --tracker db');
  return db;
}

function wordsOf(request: FastifyRequest): Words {
  return request.query as Words;
}
