import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HitError } from '../../errors.ts';
import { PROPS, STATS, TOP } from '../../query/answers.ts';
import { FILTER_PARAMETERS } from '../../query/filter.ts';
import type { QueryParams } from '../../query/params.ts';
import { TOP_PARAMETERS } from '../../query/ranking.ts';
import { SELECTION_PARAMETERS, STATS_PARAMETERS } from '../../query/selection.ts';
import type { DBTracker } from '../../trackers/db.ts';
import { requireReader } from '../auth.ts';
import type { ServerContext } from '../context.ts';
import { json, type Operation, problem, queryParameters } from '../openapi/operation.ts';
import { REFUSED } from '../openapi/refused.ts';

const TOO_MUCH = { 504: problem('too much time or memory: query a shorter period') };

const ASK_STATS: Operation = {
  operationId: 'stats',
  tags: ['Ask'],
  summary: 'Totals and a series of a period',
  parameters: queryParameters(STATS_PARAMETERS),
  responses: {
    200: json('counted', STATS, {
      ...{ site: 'example.com', from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z', interval: 'day' },
      totals: { hits: 8, visitors: 4 },
      series: [{ time: '2026-11-01T00:00:00Z', hits: 8, visitors: 4 }],
    }),
    ...{ ...REFUSED, ...TOO_MUCH },
  },
};

const ASK_TOP: Operation = {
  operationId: 'top',
  tags: ['Ask'],
  summary: 'Values with the most hits',
  parameters: queryParameters(TOP_PARAMETERS),
  responses: {
    200: json('ranked', TOP, {
      ...{ by: 'path', from: '2026-11-01T00:00:00Z', to: '2026-11-08T00:00:00Z' },
      rows: [{ value: '/', hits: 5, visitors: 2 }],
    }),
    ...{ ...REFUSED, ...TOO_MUCH },
  },
};

const ASK_PROPS: Operation = {
  operationId: 'props',
  tags: ['Ask'],
  summary: 'Properties of events',
  parameters: queryParameters(SELECTION_PARAMETERS),
  responses: {
    200: json('those with the most hits first', PROPS, { props: [{ key: 'plan', hits: 17 }] }),
    ...{ ...REFUSED, ...TOO_MUCH },
  },
};

/** Queries for periods: totals and series, rankings, properties of events. */
export function statsRoutes(app: FastifyInstance, context: ServerContext): void {
  const { admission } = context;
  const onRequest = requireReader(context);
  const accepts = FILTER_PARAMETERS;
  const bound = 'one';
  // Rankings take the parameters of totals, as documented, also those that change nothing of theirs.
  const ofRankings = [...accepts, ...Object.keys(STATS_PARAMETERS)];
  app.get(
    '/api/v1/stats',
    { onRequest, config: { operation: ASK_STATS, accepts, bound } },
    (request, reply) => admission.run(request, reply, () => storeOf(context).stats(queryParamsOf(request))),
  );
  app.get(
    '/api/v1/top',
    { onRequest, config: { operation: ASK_TOP, accepts: ofRankings, bound } },
    (request, reply) => admission.run(request, reply, () => storeOf(context).top(queryParamsOf(request))),
  );
  app.get(
    '/api/v1/props',
    { onRequest, config: { operation: ASK_PROPS, accepts, bound } },
    async (request, reply) => ({
      props: await admission.run(request, reply, () => storeOf(context).props(queryParamsOf(request))),
    }),
  );
}

/** @throws HitError `not_found` without a database */
export function storeOf({ db }: Pick<ServerContext, 'db'>): DBTracker {
  if (!db) throw new HitError('not_found', 'there is no database here: start the server with --tracker db');
  return db;
}

function queryParamsOf(request: FastifyRequest): QueryParams {
  return request.query as QueryParams;
}
