import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HitError } from '../../errors.ts';
import type { QueryParams } from '../../query/params.ts';
import type { DBTracker } from '../../trackers/db.ts';
import { requireReader } from '../auth.ts';
import type { ServerContext } from '../context.ts';
import { readLive } from './live.ts';

/** The readable resources: live counts, periods, rankings, drops. */
export function readRoutes(app: FastifyInstance, context: ServerContext): void {
  const options = { onRequest: requireReader(context) };
  app.get('/api/v1/live', options, (request) => readLive(context, wordsOf(request)));
  app.get('/api/v1/stats', options, (request) => storeOf(context).stats(wordsOf(request)));
  app.get('/api/v1/top', options, (request) => storeOf(context).top(wordsOf(request)));
  app.get('/api/v1/props', options, async (request) => ({
    props: await storeOf(context).props(wordsOf(request)),
  }));
  app.get('/api/v1/drops', options, async () => ({
    since: new Date(context.drops.since).toISOString(),
    drops: context.drops.entries(),
  }));
}

/** @throws HitError `not_found` without a database */
export function storeOf({ db }: Pick<ServerContext, 'db'>): DBTracker {
  if (!db) throw new HitError('not_found', 'there is no database here: start the server with --tracker db');
  return db;
}

function wordsOf(request: FastifyRequest): QueryParams {
  return request.query as QueryParams;
}
